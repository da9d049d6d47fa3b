### What a person asks of apps, receipts of consent, and the trail as a file.

activity-item-all = Everything
activity-filter-item = What was read
activity-filter-channel = Way
activity-filter-outcome = Outcome
activity-filter-from = From
activity-filter-to = To
activity-channel-all = All ways
activity-outcome-all = All
activity-outcome-ok = Allowed
activity-outcome-refused = Refused
activity-download = Download these rows:
activity-grant-expired-html = The time for which you shared with <strong>{ $app }</strong> is over.
activity-grant-paused-html = You paused sharing with <strong>{ $app }</strong>.
activity-grant-resumed-html = You let <strong>{ $app }</strong> read again.
activity-erasure-requested-html = You asked <strong>{ $app }</strong> to delete your data.
activity-erasure-answered-html = <strong>{ $app }</strong> answered your request to delete your data.
activity-erasure-overdue-html = <strong>{ $app }</strong> let a month pass after your request to delete your data.
activity-app-reported-html = You reported <strong>{ $app }</strong>.
activity-activity-downloaded-html = You downloaded your activity.

apps-reads-month =
    { $n ->
        [one] { $n } read in the last 30 days.
       *[other] { $n } reads in the last 30 days.
    }
app-paused-chip = Paused
app-paused-since = Paused since { $date }: the app can read nothing until you let it.
app-pause-heading = Pause it
app-pause-lead = The app stays connected, and can read nothing until you let it again.
app-pause = Pause
app-resume = Let it read again
app-paused = The app is paused. It can read nothing.
app-resumed = The app can read again what you share.
stop-all = Stop sharing with all apps
stop-all-title = Stop sharing with all apps?
stop-all-lead = These apps can read nothing more from this moment on. They may keep what they already saved.
stopped-all = Sharing is stopped with every app.

erasure-heading = Ask for deletion
erasure-ask = Ask it to delete my data
erasure-title = Ask { $app } to delete your data?
erasure-title-html = Ask { $app } to delete your data?
erasure-told-html = We tell { $app } that you want everything deleted that it has of you. It knows you by the name that it has for you, no other.
erasure-month = It has one month to do it, or to say why not. You see here what it answers.
erasure-live-html = { $app } can go on reading what you share until you stop it.
erasure-asked = The app is asked to delete your data.
erasure-open = You asked the app already. It has not finished.
erasure-requested = You asked it. There is no way to reach the app yet.
erasure-delivered = It was told. No answer yet.
erasure-acknowledged = It is working on it.
erasure-completed = It says that your data is deleted.
erasure-refused = It says that it keeps your data.
erasure-overdue = It let a month pass without doing it.
erasure-code-html = Confirmation code: <code dir="ltr">{ $code }</code>
erasure-status = See how it goes
erasure-changed = As of { $date }.

report-open = Report this app
report-title = Report { $app }
report-title-html = Report { $app }
report-lead = The people who run this wallet read it. They are not told who wrote it, and the app is told nothing.
report-category = What is wrong?
report-asks-too-much = It asks for too much
report-phishing = It pretends to be somebody else
report-spam = It sends me what I do not want
report-other = Something else
report-words = What happened? (optional)
report-send = Send report
app-reported = Thank you. The report is sent.
problem-choose = Choose one
problem-state = Unknown state

receipts-title = Receipts
receipts-lead = Each time you share, change it or stop, a signed receipt says so. It names what was shared, never what it says.
receipts-empty = There are no receipts yet.
receipts-download = Download receipt
receipts-older = Older receipts
receipt-given = You agreed to share
receipt-renewed = You agreed again
receipt-changed = You changed what is shared
receipt-withdrawn = You stopped sharing
receipt-terminated = The app gave it back
receipt-expired = The time was over
receipt-other = Something else
receipt-verify-title = Check a receipt
receipt-verify-lead = Paste a receipt to see whether this wallet signed it, and what it says. Nothing of it is kept.
receipt-text = The receipt
receipt-check = Check
receipt-ours = This wallet signed it, and it is unchanged.
receipt-not-ours = This wallet did not sign it, or it was changed since.
receipt-unreadable = This is no receipt of a wallet.
receipt-app = App
receipt-what = What happened
receipt-when = When
receipt-claims = What is shared
receipt-whole = The whole receipt

admin-reports = Reports by people
admin-report-close = Done
report-closed = The report is closed.
consent-silent-html = { $app } has left people without an answer who asked it to delete their data.

mail-erasure-wanted-subject = A person asks { $app } to delete their data
mail-erasure-wanted-lead = A person who signs in to { $app } with their wallet asked on { $at } that you delete all data that you have of them (GDPR Article 17).
mail-erasure-wanted-person = You know the person by this subject identifier (sub): { $subject }
mail-erasure-wanted-request = This request is called: { $request }
mail-erasure-wanted-answer = Within one month say how you dealt with it: acknowledged, completed, or refused with a reason. Your developers find how in the description of the data API. The answer goes to:
