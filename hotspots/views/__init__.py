"""A study → what is shown: classes, colours, outlines, surfaces, tables, captions. No drawing library."""
