"""A view → a page that stands alone (`maps`, folium), a picture (`prints`, matplotlib), a chart, a file, a site without a server."""
