### Asking what to share, and leaving for the app.

consent-title = Share your details with { $app }?
consent-title-new = { $app } asks for something new
consent-title-expired = Share your details with { $app } again?
consent-title-changed = { $app } has changed
consent-title-reverified = Your document was checked again
consent-title-again = Check what you share with { $app }
consent-because-new = You share some details with { $app } already. It now asks for more. New lines are marked.
consent-because-expired = Your permission for { $app } ran out on { $date }.
consent-because-changed = Details about { $app } changed on { $date }. Check that you still trust it.
consent-because-reverified = Your document was checked on { $date }, after you shared it with { $app }. Check that { $app } may see what it says now.
consent-because-again = { $app } wants you to look at this again.
consent-signed-in-html = You are signed in as <strong>{ $name }</strong>. <a href="{ $href }">Not you? Use another account</a>
consent-purpose-html = Why they ask, in the app’s words: “{ $purpose }”
consent-needs-html = { $app } needs
consent-id = Your sign-in ID
consent-id-pairwise-html = A private ID made only for { $app }. Other apps see a different one.
consent-id-public = An ID that other apps of this wallet see too.
consent-also = You can also share
consent-missing =
    { $n ->
        [one] { $n } more detail that your wallet does not hold yet
       *[other] { $n } more details that your wallet does not hold yet
    }
consent-already =
    { $n ->
        [one] Already shared: { $n } detail
       *[other] Already shared: { $n } details
    }
consent-note-html = You can stop sharing at any time in <strong>Connected apps</strong>. We cannot take back details they already saved.
consent-return-html = You will go back to <code>{ $origin }</code>.
self-registered-html = This app described itself. Only its address, <strong>{ $host }</strong>, is certain.
app-policy-html = <a href="{ $href }" rel="noreferrer">{ $app } privacy policy</a>
app-terms-html = <a href="{ $href }" rel="noreferrer">{ $app } terms</a>
share-and-continue = Share and continue
do-not-share = Don’t share

line-missing-html = You have not added this yet.
line-add = Add
line-new = New
line-which = { $what }: which one?
line-show = Show
line-whole-is-shared = The full number is shared.
line-as-on-document = As on your document
line-of-document = Its kind, who issued it, and its dates, never its number
evidence-passport = Passport
evidence-idcard = Identity card
evidence-driving-permit = Driving licence
line-why-html = Why they ask: “{ $why }”
scope-wallet-changes = Keep up to date
scope-wallet-changes-detail = Tell the app when the things above change. Without this it gets them once.
scope-offline-access = Stay connected
scope-offline-access-detail = The app may look again when you are not using it, until the date you choose below.

duration-title = For how long?
duration-once = Only this time
duration-once-hint = They can read your details for 10 minutes.
duration-days-90 = 90 days
duration-days-90-hint = Until { $date }
duration-until-stopped = Until I stop it
duration-until-stopped-hint = We ask you again after a year.

leaving-title = Returning you to { $app }
leaving-title-html = Returning you to { $app }
leaving-lead-html = You are going to <code>{ $origin }</code>.
leaving-continue-html = Continue to { $app }
