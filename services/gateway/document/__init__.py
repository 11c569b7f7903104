"""The public documents: OpenAPI, AsyncAPI and the page that shows the API."""
