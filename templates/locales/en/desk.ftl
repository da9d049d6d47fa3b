### The desk of the reviewers.

desk-title = Review desk
desk-held = Yours now
desk-waiting = Waiting
desk-empty = Nothing waits.
desk-appeal = Asked again
desk-escalated = For a senior reviewer
desk-due = Decide by
desk-late = Late
desk-open = Open
desk-claim = Take it
desk-case-title = Identity check
desk-until = It is yours until
desk-renew = Fifteen minutes more
desk-release = Give it back
desk-not-yours = You do not have this check now. You may take it if nobody else has it.
desk-no-pictures = The pictures are destroyed.
desk-pictures-hint = The pictures are shown once, within a minute. Each look is on record, and its person sees it.
desk-data = What the person typed
desk-findings = What was found
desk-failed =
    { $n ->
        [one] { $n } earlier check of this person did not succeed
       *[other] { $n } earlier checks of this person did not succeed
    }
desk-decisions = What others decided
desk-decide = Your decision
desk-checklist = What you looked at
desk-check-type = The document is of the kind and country that the person chose
desk-check-corners = All corners can be seen
desk-check-expired = It is still valid
desk-check-tampering = Nothing seems to be changed
desk-check-face = The face is that of the document
desk-check-challenge = The number and how the sheet is held are right
desk-check-data = The document says what the person typed
desk-outcome = Decision
desk-outcome-approve = Confirm
desk-outcome-reject = Do not confirm
desk-outcome-again = Ask for other pictures
desk-outcome-escalate = Leave it to a senior reviewer
desk-outcome-fraud = Fraud
desk-reasons = Reasons, as the person is told them
desk-note = Note
desk-note-hint = For other reviewers. The person does not see it.
desk-decide-go = Decide
desk-seat-first = First reviewer
desk-seat-second = Second reviewer
desk-seat-senior = Senior reviewer
desk-seat-service = Outside service
desk-found-mrz-wrong = The lines for machines have a wrong check digit
desk-found-mrz-mismatch = The lines for machines do not say what was typed
desk-found-expired = By what was typed, the document is no longer valid
desk-found-underage = By what was typed, the person is too young, or the date is no date of birth
desk-found-blurred = blurred
desk-found-same-file = another wallet has sent the same file
desk-found-same-picture = another wallet has sent a picture that looks the same
desk-found-same-document = Another wallet has shown this document

desk-released = It waits for somebody else.
desk-renewed = You have fifteen minutes more.
desk-decided = Your decision is kept.

desk-problem-own = This check is your own. Somebody else has to decide
desk-problem-two-person = You have decided on this check already. Somebody else has to look
desk-problem-lock-lost = This check is no longer yours: your time was over, or it was decided
desk-problem-state = That is not possible in this check now
desk-problem-purged = The pictures are destroyed, so this cannot be decided any more
problem-desk-checklist = Tick each line once you have looked, or decide otherwise
problem-desk-no-reasons = Take the reasons away, or decide otherwise
problem-desk-reasons = Choose at least one reason
problem-desk-note = Write down what you saw
problem-desk-note-long = Write at most 2,000 characters
problem-desk-outcome = Choose a decision
problem-desk-expired = By what was typed the document is no longer valid, so it cannot be confirmed
