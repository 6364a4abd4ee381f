"""The exchange with the service, without the network: headers, verdicts, retries."""
