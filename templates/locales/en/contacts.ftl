### Email addresses and phone numbers.

nav-contacts = Email and phone
contacts-title = Email addresses and phone numbers
contacts-lead = You choose for each app which address or number it is told.
contacts-emails = Email addresses
contacts-emails-lead = You can sign in with each of them. We write to the main one.
contacts-phones = Phone numbers
contacts-add-email = Add an email address
contacts-add-email-hint = We send a code to it. It is yours once you enter the code, or confirm with the link in the message.
contacts-add-phone = Add a phone number
contacts-send-code = Add and send a code
contacts-keep-phone = Add
contacts-code-title = Enter the code
contacts-sent-email-html = We sent a message to <strong>{ $email }</strong>.
contacts-sent-phone-html = We sent a code by SMS to <strong>{ $number }</strong>.
contacts-again = You are signed in again. Now make your change once more.
contact-is-primary = Main
contact-told =
    { $n ->
        [0] No app is told it
        [one] { $n } app is told it
       *[other] { $n } apps are told it
    }
contact-prove = Check it by SMS
contact-make-primary = Make it the main one
contact-remove = Remove
contact-remove-now = Remove it
contact-remove-nobody = No app loses anything.
contact-remove-losers-html = These apps lose it and are told nothing in its place: { $apps }.
contact-proven = You showed that it is yours.
contact-added = The number is in your wallet.
contact-primary = It is the main one from now on.
contact-removed = It is out of your wallet.
line-picked-gone = What you picked is no longer in your wallet. Nothing is told in its place until you pick again.
problem-contact-own = It is in your wallet already, and checked.
problem-contacts-full = There are as many in your wallet as it can hold. Remove one first.

sms-code =
    { $n ->
        [one] { $code } is your code for Social Wallet. It works for { $n } minute. Never tell it to anyone.
       *[other] { $code } is your code for Social Wallet. It works for { $n } minutes. Never tell it to anyone.
    }

mail-contact-code-subject = Your code for Social Wallet
mail-contact-code-lead = Enter this code to add this email address to your wallet:
mail-contact-code-not-you = If you did not ask for it, you need not do anything. Without the code or the page your address is added nowhere.
mail-contact-known-subject = Someone tried to add your email address
mail-contact-known-lead = Someone, perhaps you, tried to add this email address to another wallet. It belongs to yours.
mail-contact-known-next = You need not do anything. To use it in another wallet, remove it from yours first.
mail-contact-changed-subject = The addresses of your wallet have changed
mail-contact-changed-email-added = You added the email address { $address }.
mail-contact-changed-email-removed = You removed the email address { $address }.
mail-contact-changed-email-primary = Your main email address is now { $address }. We write there from now on.
mail-contact-changed-phone-added = You added the phone number { $address }.
mail-contact-changed-phone-removed = You removed the phone number { $address }.
mail-contact-changed-phone-primary = Your main phone number is now { $address }.
mail-contact-changed-when = This was on { $at } with { $device }.
mail-contact-changed-not-you = If this was not you, change your password at once, then check your addresses here:
mail-phone-contested-subject = A phone number of yours is checked no longer
mail-phone-contested-lead = Someone else has just shown with a code that { $number } is theirs. The number stays in your wallet, but apps are told that it is not checked.
mail-phone-contested-next = If you still have this number, check it again here:

confirm-title = Confirm your email address
confirm-wallet-html = <strong>{ $email }</strong> is to be added to a wallet. This was asked for with { $device }.
confirm-sign-up-html = A wallet is to be made with <strong>{ $email }</strong>. This was asked for with { $device }.
confirm-only-you = Confirm only if it was you who asked. If not, close this page: nothing happens.
confirm-go = Confirm
confirm-done-title = Confirmed
confirm-done = Confirmed. Go back to your first window and continue there.
confirm-over-title = This link works no longer
confirm-over = It is too old or was used. Go back to your first window and send a new message.
code-or-link = Did you confirm with the link in the message?
code-link-continue = Continue
problem-not-confirmed = It is not confirmed yet. Open the link in the message, press Confirm there, then continue here.

problem-undeliverable = The message came back: nothing can be delivered to this address. Check how it is written, or use another one.
chip-undeliverable = Mail comes back
contact-confirm-again = Confirm it again
home-undeliverable-html = Mail to <strong>{ $email }</strong> came back, so it does not count as confirmed. <a href="/account/contacts">Confirm it again or use another address</a>

sms-state-queued = The message is on its way to the phone network.
sms-state-sent = The phone network has the message.
sms-state-delivered = The message arrived on the phone.
sms-state-failed = The message was not delivered. Check the number.
chip-undelivered = Not delivered: check the number
problem-phone-country = We send no codes to numbers of this country. Use a number of another country.
problem-phone-range = For now we send no codes to numbers like this one. Try again tomorrow, or use another number.
problem-sim-changed = The SIM card of this number was changed not long ago. To keep others out, its codes count again 72 hours after the change: then send a new one. If it was not you who changed the card, call your phone company at once.
