### What a person can do about their data.

nav-privacy = Privacy
rights-title = Privacy
rights-lead = Your data is yours: take all of it along, bring it from another wallet, or have it deleted.
rights-back = Back to Privacy
rights-export = Get everything
rights-export-lead = One file with all that your wallet holds: your details, badges, photos and videos, what you share and who read it. It explains itself, and another Social Wallet can take it.
rights-export-order = Make the file
rights-export-download = Download
rights-export-queued = Waiting
rights-export-building = Being made
rights-export-ready = Ready
rights-export-expired = Expired
rights-export-failed = It could not be made
rights-export-large = It is too large
rights-export-until = Until { $date }, { $size } MB
rights-export-time = It takes a few minutes. We send you a mail when it is ready.
rights-export-kept =
    { $n ->
        [one] You can download it for { $n } day. Then it is deleted.
       *[other] You can download it for { $n } days. Then it is deleted.
    }
rights-export-safe = Keep it in a safe place: whoever has the file can read all of it.
rights-export-begun = The file is being made. We send you a mail when it is ready.
rights-import = Bring a bundle
rights-import-lead = Take in such a file from another Social Wallet. What you have here already stays as it is, and nothing in the file counts as checked.
rights-import-file = The ZIP file
rights-import-hint = At most { $most } MB
rights-import-bring = Bring it
rights-import-title = What came of the bundle
rights-import-queued = Waiting
rights-import-running = Being taken in
rights-import-done = Done
rights-import-wait = Open this page again in a moment. You need not wait here.
rights-import-nothing = What was taken in before stays. Nothing else of the file was kept.
rights-import-taken = Taken in
rights-import-left = Not taken in
rights-import-known = Here already
import-bad-malformed = The file is no ZIP file, or a broken one
import-bad-name = The file has names that lead elsewhere
import-bad-many = The file has too many files in it
import-bad-method = The file is protected by a password, or packed in a way that we do not know
import-bad-large = A file in it is too large
import-bad-manifest = It has no list of its files: it is no bundle of a Social Wallet
import-bad-version = A newer Social Wallet made it
import-bad-sums = The file was changed after it was made
import-bad-form = A part of it cannot be read
import-bad-other = It could not be taken in
import-why-trash = it was in the trash
import-why-unknown = this wallet knows no such detail
import-why-own = you have another value here
import-why-value = this wallet does not take such a value
import-why-code = add it under Email and phone, with a code that we send
import-why-unproven = not checked yet
import-why-number = the number cannot be kept here
import-why-missing = its file is missing
import-why-sum = its file was changed or is broken
import-why-type = this wallet does not take such a file
import-why-large = its file is too large
import-why-room = there is no room for it
rights-more = What else you can do
rights-know-html = See who read your details: <a href="{ $href }">Activity</a>.
rights-correct-html = Correct your details: <a href="{ $href }">Profile</a>.
rights-stop-html = Stop sharing with an app: <a href="{ $href }">Connected apps</a>.
rights-notice-html = Read what we keep and for how long: <a href="{ $href }">Privacy notice</a>. We sell nothing of you to anybody.
rights-delete = Delete your wallet
rights-delete-lead = Everything goes: your details, badges, photos and videos. Apps can read nothing more at once.
rights-delete-begin = Delete my wallet
rights-delete-all = Everything in your wallet is deleted. Its key is destroyed, so nobody can read what may be left in a backup.
rights-delete-apps =
    { $n ->
        [0] No app can read anything now.
        [one] { $n } app can read nothing more from now on.
       *[other] { $n } apps can read nothing more from now on.
    }
rights-delete-signed-out = You are signed out everywhere.
rights-delete-export-html = You can <a href="{ $href }">get everything</a> first.
rights-delete-when = When
rights-delete-usual =
    { $n ->
        [one] In { $n } day; until then I can change my mind
       *[other] In { $n } days; until then I can change my mind
    }
rights-delete-fast =
    { $n ->
        [one] In { $n } hour
       *[other] In { $n } hours
    }
rights-delete-at-once = At once; nothing can be brought back
rights-delete-confirm = Type your email address to confirm
rights-delete-sure = Your wallet will be deleted at once. Nobody can bring it back, not even we.
rights-delete-now = Delete it at once
deletion-asked-title = Your wallet is closed
deletion-asked = It will be deleted when the time that you chose is over. We sent you a mail with the date.
deletion-asked-back = If you change your mind, open the link in the mail, or sign in.
deletion-now = It is being deleted at this moment. We send you a receipt by mail.
deletion-pending-title = This wallet will be deleted
deletion-pending = It will be deleted on { $date }.
deletion-pending-keep = You can still keep it. The apps stay disconnected.
deletion-keep = Keep my wallet
deletion-leave = Let it be deleted
deletion-over = This link is too old or was used already.
deletion-kept-title = You keep your wallet
deletion-kept = It will not be deleted. Sign in to use it.
problem-export-running = A file is being made already.
problem-export-recent = You got a file not long ago. You can order the next one a day later.
problem-bundle-large = The file is too large.
problem-bundle-cut = The file did not arrive whole. Try again.
problem-bundle-empty = Choose a ZIP file.
problem-bundle-running = Another file is being taken in. Wait until it is done.
problem-pace = Choose when.
problem-confirm = Type the email address of your wallet.
problem-last-operator = You are the last one who looks after this wallet server. Give somebody else the role first.
problem-deletion-pending = The wallet is to be deleted already.
privacy-rights = Your rights
privacy-rights-answer-html = You can get a copy of everything, bring it elsewhere, correct it and delete it yourself under <a href="{ $href }">Privacy</a>, without asking anybody.
privacy-sale = Selling
privacy-sale-answer = We do not sell or rent your details, and we do not use them for advertising.
privacy-kept = How long we keep things
privacy-kept-then = Then it is deleted, unless the line says otherwise.
retention-hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
retention-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
retention-challenges = Codes that were not used, and sign-ups that were not finished
retention-sessions = Sign-ins that are over
retention-security-log = The record of sign-ins and changes
retention-activity-log = The record of who read what
retention-consent-log = The record of what you agreed to and stopped
retention-trash = Photos and videos in the trash
retention-exports = Files with everything that you ordered
retention-deletions = A wallet that you want deleted, until you can no longer change your mind
retention-tombstones = A scrambled form of the email address of a deleted wallet
retention-unused = A wallet that nobody signs in to (we tell you twice before)
retention-backups = Encrypted backups
