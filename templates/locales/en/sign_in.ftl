### Signing in, signing up, a forgotten password, signing out.

continue-to-html = to continue to <strong>{ $app }</strong>
email-label = Email address
password-label = Password
password-current-label = Current password
password-new-label = New password
password-show = Show
password-hide = Hide
password-hint =
    { $n ->
        [one] Use { $n } character or more. Three unusual words work well. You can paste from a password manager.
       *[other] Use { $n } characters or more. Three unusual words work well. You can paste from a password manager.
    }

sign-in-title = Sign in
sign-in-password-title = Enter your password
sign-in-new-here-html = New here? <a href="{ $href }">Create a wallet</a>
sign-in-trouble = Trouble signing in?
sign-in-remember = Stay signed in on this device
sign-in-forgot = Forgot your password?

sign-up-step-1 = Step 1 of 3
sign-up-step-2 = Step 2 of 3
sign-up-step-3 = Step 3 of 3
sign-up-title = Create a wallet
sign-up-lead = Your wallet keeps your details. You choose what each app may see.
sign-up-email-hint = We send a code to this address.
sign-up-have-one-html = Already have a wallet? <a href="{ $href }">Sign in</a>
sign-up-agree-html = By continuing you agree that we keep your details as our <a href="{ $href }">privacy page</a> says.
sign-up-code-title = Check your email
sign-up-password-title = Protect your wallet
sign-up-name-label = Your name (you can leave this empty)
sign-up-name-hint = Apps see it only when you share it.
sign-up-finish = Create a wallet

code-sent-html = We sent a code to <strong>{ $email }</strong>. <a href="{ $href }">Change the address</a>
code-label = 6-digit code
code-hint = The code works for at most 10 minutes.
code-not-there = Nothing there? Look in your spam folder.
code-resend = Send a new code
code-resent = We sent a new code.

recover-title = Choose a new password
recover-lead = Tell us your email address. We send you a code.
recover-send = Send a code
recover-back = Back to sign in
recover-code-title = Check your email
recover-sent-html = If <strong>{ $email }</strong> has a wallet, a code is on its way to it. <a href="{ $href }">Change the address</a>
recover-password-title = Enter a new password
recover-password-lead = We sign you out everywhere else when you change it.
recover-finish = Change password

logout-title = Sign out of Social Wallet?
logout-lead = You sign out in this browser only.
logout-app-html = You stay signed in to <strong>{ $app }</strong> unless it signs you out.
logged-out-title = You are signed out
logged-out-lead = Close the browser if others use this device.
logged-out-telling = We are also signing you out of the apps that asked for it.
logged-out-again = Sign in again

problem-email = Enter an email address in the correct format, like name@example.com
problem-email-taken = This email address has a wallet already. Sign in with it, or use another one.
problem-password-empty = Enter your password
problem-credentials = That email address and password do not match. Check both and try again.
problem-code = That code is not right. Check the message and try again.
problem-code-expired = That code has expired. We sent you a new one.
problem-code-tries = Too many wrong codes. Send a new code.
problem-password-short = That password is too short. Use a longer one.
problem-password-long = That password is too long. Use 256 characters or fewer.
problem-password-common = That password is easy to guess. Choose another one.
problem-current-password = That is not your current password. Try again.
problem-too-many = Too many tries. Wait a few minutes and try again.
problem-too-long = Shorten it
problem-name = That name is too long. Use 200 characters or fewer.
problem-form-expired = This page was open too long. Check your answers and send them again.
