### Errors, help, privacy, the first page, the button.

error-bad-request = We cannot continue with this
error-bad-request-next = The app sent us something that we cannot use. Go back to the app and start again. If it happens again, tell the people who run the app.
error-expired = This page has expired
error-expired-next = It was open too long, or it was used already. Go back to the app and start again.
error-forbidden = You cannot open this page
error-forbidden-next = Your account has no access to it. Ask the person who runs this wallet.
error-too-many = Too many tries
error-too-many-next = Wait a few minutes. Then try again.
error-busy = We cannot reach our own records right now
error-busy-next = Nothing was lost. Wait a moment. Then try again.
error-internal = Something went wrong on our side
error-internal-next = Try again. If it happens again, tell us the reference below.
error-retry = Try again
error-back-to-app-html = Start again at { $app }
error-to-wallet = Go to your wallet
error-reference-html = Reference <code>{ $reference }</code>
error-developer = For developers
error-developer-docs = Read the quick start
not-found-title = Page not found
not-found-next = If you typed the address, check it. If you followed a link, it may be old.

help-title = Help
help-stop = How do I stop sharing with an app?
help-stop-answer-html = Open <a href="{ $href }">Connected apps</a>, choose the app, and choose Stop sharing. The app can read nothing more from that moment on.
help-see = How do I see who read my details?
help-see-answer-html = Open <a href="{ $href }">Activity</a>. It lists each read: which app, which details, and when.
help-password = I forgot my password
help-password-answer-html = <a href="{ $href }">Choose a new password</a> with a code that we send to your email address.
help-mail = No code arrives
help-mail-answer = Look in your spam folder. Check the address for typing errors. Then send a new code.
help-verified = What does “Domain verified” mean?
help-verified-answer = We checked that the app belongs to the people who own that domain. It does not say that the app is good or safe.
help-reference = What is the reference on an error page?
help-reference-answer = It helps the people who run this wallet to find what went wrong. It says nothing about you.

privacy-title = Privacy
privacy-lead = Your wallet keeps your details for you. Nobody else sees them until you share them.
privacy-keep = What we keep
privacy-keep-answer = What you type into your profile, your email address, a scrambled form of your password, and the record of what happened to your wallet. Personal details are encrypted where they are stored.
privacy-give = What we give to apps
privacy-give-answer = Only the lines that you tick, only for as long as you choose. Each app gets its own ID for you.
privacy-record = What we write down
privacy-record-answer-html = Each time an app reads your details, we write down which app, which details, and when. You can see that in <a href="{ $href }">Activity</a>.
privacy-cookies = Cookies
privacy-cookies-answer = We set cookies to keep you signed in, to protect forms, and to remember your language and theme. There is no advertising and no tracking.

welcome-title = One wallet for your details
welcome-lead = Keep your details in one place. Sign in to apps with them. Choose what each app sees, and stop it at any time.
welcome-developers = For developers: sign in with Social Wallet

developers-title = Sign in with Social Wallet
developers-lead = A button for your app or site, and what to set up behind it.
developers-styles = Styles and sizes
developers-copy = Copy the button
developers-pictures = The same as pictures, where you cannot use CSS:
developers-rules = Rules
developers-rule-words = Use these words only: “Sign in with Social Wallet”, “Continue with Social Wallet” or “Sign up with Social Wallet”.
developers-rule-size = Make it 40 to 56 pixels high. 44 is the usual size.
developers-rule-space = Leave free space around it, at least half the height of the mark.
developers-rule-equal = Do not make it smaller than other sign-in buttons beside it.
developers-rule-colour = Use the light style on light pages, the dark style on dark pages, or the outline style on both. Do not recolour the mark.
developers-rule-name = Give pictures the words of the button as their text for screen readers.
developers-start = Quick start
developers-start-register = Register your app. You get an ID and a secret. The secret is shown once.
developers-start-issuer = Give your OpenID Connect library this issuer, the ID and the secret. It finds the rest by itself.
developers-start-scopes = Ask for what you need, and for no more.
developers-start-less = Expect less than you asked for. People choose line by line, and can stop sharing at any time. What is missing is simply not there.
developers-discovery-html = Addresses and abilities of this wallet: <a href="{ $href }">discovery document</a>.
developers-api-html = Read more than claims, with where each value comes from: the <a href="{ $href }">data API</a>.
api-title = Data API
api-lead = Read what people share with you at the moment you ask. Every read is on record and shown to them.
api-document-html = The whole description for programs: <a href="{ $href }">OpenAPI 3.1</a>.
api-problems = Problems you may meet
developers-docs = What you can ask for, every address and every error, and requests that work, one page for each ability:
button-sign-in = Sign in with Social Wallet
button-continue = Continue with Social Wallet
button-sign-up = Sign up with Social Wallet
