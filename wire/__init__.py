"""What crosses between terminal and county, as bytes: messages, envelope, acknowledgement, receipt code."""
