"""What crosses between terminal and county, as bytes: messages, envelope, acknowledgement, receipt code.

messages     the closed set of what goes up and what comes back; strict decoding, canonical encoding
keys         the terminal's key, the county's keys, the certificate that ties a terminal to its county
seal         encryption to the county and back
envelope     what is readable on the way: nothing personal, not even the matter
answers      what the county signs: acknowledgement, feed, health; and how to check it
bundle       a catalogue as one signed file
receipt      the signed code on the printed receipt, and its number
requests     signature headers of a terminal's HTTP requests
asking       a sealed question, and an answer that only its asker opens
lookup       asking for one's own cases
phone        having a phone's code checked
stick        what lies where on a courier's stick, and how to read one that may be anybody's
uuid7        application ids

Nothing is imported here: a process loads only the modules it uses (start-up on two weak cores).
"""
