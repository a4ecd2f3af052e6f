"""What arrives at our mailbox, read: delivery reports, complaints, unsubscribe mails."""
