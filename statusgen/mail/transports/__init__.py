"""The ways out for letters: SMTP, Amazon SES, a folder."""
