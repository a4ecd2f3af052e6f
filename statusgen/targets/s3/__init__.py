"""An S3 bucket, or a part of one, as a target."""
