### Showing who you are by a document.

verify-title = Identity check
verify-start-title = Begin a check
verify-lead = Show an identity document and yourself. Reviewers compare them. If they agree, you get a badge that you can share.
verify-kind = Which document?
verify-kind-passport = Passport
verify-kind-idcard = Identity card
verify-kind-driving-permit = Driving licence
verify-country = Country that issued it
verify-country-hint = Its three letters, as the document has them: DEU, EGY, USA.
verify-level = How many people should look?
verify-level-one = One reviewer
verify-level-one-hint = Enough for most apps.
verify-level-two = Two reviewers who do not know of each other
verify-level-two-hint = Counts for more. It takes longer.
verify-earlier = Earlier checks

verify-state-collecting = Waits for you
verify-state-scanning = Being prepared
verify-state-review = Under review
verify-state-approved = Confirmed
verify-state-rejected = Not confirmed
verify-state-abandoned = Ended

verify-told-collecting = Type what the document says, upload the pictures, then hand them in. What nobody goes on with for a day is deleted.
verify-told-again = Some pictures could not be used. Upload others, then hand them in again:
verify-told-scanning = A file check looks at your pictures first. This takes a few seconds.
verify-told-review = Reviewers decide by { $date } at the latest.
verify-told-mail = We tell you by email. You need not do anything.
verify-told-approved = Reviewers confirmed it on { $date }. You have a badge for it.
verify-told-rejected = Reviewers could not confirm it:
verify-told-appeal = If you think that this is wrong, other people can look again. You can ask for that until { $date }; then the pictures are destroyed. Or begin a new check.
verify-told-fraud = We cannot accept this check. Ask the people who run this wallet.
verify-told-abandoned = It ended before anybody decided.
verify-told-purge = Your pictures will be destroyed on { $date }.
verify-told-purged = Your pictures were destroyed on { $date }.

verify-consent-title = Before you begin
verify-consent-what = We need pictures of your document and of your face.
verify-consent-people = People look at them, the reviewers of this wallet. No software recognises faces.
verify-consent-outside = An outside service that checks documents gets them and what you type. Reviewers of this wallet may look, too.
verify-consent-sealed = They are kept encrypted, apart from your wallet. You see in your activity each time somebody looked.
verify-consent-kept =
    { $n ->
        [one] We destroy them { $n } day after your identity was confirmed.
       *[other] We destroy them { $n } days after your identity was confirmed.
    }
verify-consent-kept-rejected =
    { $n ->
        [one] If it was not, we keep them for { $n } day, so that you can ask for another review.
       *[other] If it was not, we keep them for { $n } days, so that you can ask for another review.
    }
verify-consent-withdraw = You can stop at any time. Then they are destroyed at once.
verify-consent-minutes =
    { $n ->
        [one] Have a sheet of paper, a pen and a camera ready: the picture of yourself must be taken within { $n } minute.
       *[other] Have a sheet of paper, a pen and a camera ready: the picture of yourself must be taken within { $n } minutes.
    }
verify-consent-agree = I agree that people look at pictures of my document and my face
verify-consent-go = Agree and begin

verify-data-title = What the document says
verify-data-lead = Type it as it is printed.
verify-given-name = Given names
verify-family-name = Family name
verify-birthdate = Date of birth
verify-day-hint = Year, month and day, as 1990-05-31.
verify-optional-day-hint = As 2031-05-31. You may leave this empty if the document does not say.
verify-number = Document number
verify-nationality = Nationality
verify-issued = Issued on
verify-expires = Valid until
verify-mrz = The lines for machines
verify-mrz-hint = Two or three lines of letters, digits and angle brackets at the bottom or on the back. You may leave this empty.
verify-challenge-title = Sheet with a number
verify-challenge-write = Write this number on a sheet of paper:
verify-challenge-until = Upload the picture of yourself with it by { $at } UTC.
verify-challenge-over = The time for this number is over. Get another one.
verify-challenge-again = Get another number
verify-gesture-beside-face = Hold the sheet next to your face.
verify-gesture-below-chin = Hold the sheet below your chin.
verify-gesture-touching-ear = Hold the sheet next to your face, and touch your ear with the other hand.
verify-gesture-above-head = Hold the sheet above your head.
verify-pictures-title = Pictures
verify-pictures-hint = JPEG, PNG or WebP up to { $most } MB, with at least { $least } pixels on the longer side.
verify-picture-there = Uploaded
verify-side-front = Front of the document
verify-side-back = Back of the document
verify-side-selfie = You with the sheet
verify-side-reason = { $side }: { $reason }
verify-picture-front-hint = For a passport, the page with your picture. All four corners must be seen.
verify-picture-back-hint = All four corners must be seen.
verify-picture-selfie-hint = Your face and the number must be easy to see.
verify-missing = Something is missing yet: what the document says, or a picture.
verify-submit = Hand in
verify-appeal = Ask for another review
verify-withdraw = Stop and destroy my pictures

verify-started = Read this first. Then begin.
verify-agreed = Your check has begun.
verify-challenged = This is your new number.
verify-picture-taken = The picture has arrived.
verify-submitted = You have handed it in.
verify-withdrawn = It has ended. Your pictures are destroyed.
verify-appealed = Other people will look again.

verify-problem-consent = First agree that people may look at your pictures
verify-problem-attempts = You began too often. Try again tomorrow
verify-problem-open = You have begun a check already. Go on with that one, or stop it first
verify-problem-barred = You cannot begin a check at the moment. Ask the people who run this wallet
verify-problem-type = Choose a JPEG, PNG or WebP picture
verify-problem-large = The picture is too large
verify-problem-challenge = The time for your number is over. Get another number, then take a new picture
verify-problem-missing = Something is missing yet: what the document says, or a picture
verify-problem-state = That is not possible any more. Here is how it stands now

problem-verification-agree = Tick the box if you agree. Without that we cannot begin
problem-verification-kind = Choose a document
problem-verification-level = Choose how many people should look
problem-verification-country = Enter the three letters of a country, such as DEU or EGY
problem-verification-name = Enter a shorter name, in one line
problem-verification-no-name = Enter the name that the document has
problem-verification-date = Enter a real date, such as 1990-05-31
problem-verification-number = Enter the number of the document: up to 30 letters and digits
problem-verification-mrz = Enter all of these lines, each as long as it is printed, or leave this empty

problem-verification-unreadable = The document cannot be read.
problem-verification-cropped = A part of the document is missing in the picture.
problem-verification-expired = The document is no longer valid.
problem-verification-wrong-side = The picture shows the wrong side.
problem-verification-mismatch-data = What you typed is not what the document says.
problem-verification-mismatch-face = The reviewers could not see that the document is yours.
problem-verification-challenge-wrong = The sheet does not show your number, or it is not held as asked.
problem-verification-unsupported-document = We do not accept this document.
problem-verification-suspected-tamper = The document or its picture seems to be changed.
problem-verification-screen-capture = The picture was taken of a screen or of a copy. Take it of the document itself.
problem-verification-duplicate-identity = Another wallet has been confirmed with this document.
problem-verification-underage = You are too young for this.
problem-verification-policy = It does not meet our rules.
problem-verification-malware = A file held something harmful, so everything you sent was destroyed.
problem-verification-small = The picture has too few pixels.
problem-verification-damaged = The picture cannot be opened. Perhaps the file is damaged.
problem-verification-pixels = The picture has too many pixels.

dispute-title = This was not me
dispute-lead = Somebody’s identity was confirmed in your wallet. If you did not do that, say so here: the badge is taken away at once, and people look into it.
dispute-go = It was not me
dispute-done = Thank you. The badge is taken away, and people look into it.
dispute-next = Somebody else may have been in your wallet. Choose a new password, and look at your sessions:
