"""WhatsApp: numbers of the Cloud API."""
