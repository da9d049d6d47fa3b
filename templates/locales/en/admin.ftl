### The operator's pages.

setup-title = Set up your wallet server
setup-lead = You become the first administrator. This page works once.
setup-finish = Create administrator
problem-setup-link = This link was used already or has expired. Make a new one on the server.
admin-title = Administration
admin-count-accounts = Wallets
admin-count-clients = Platforms
admin-count-grants = Active permissions
admin-count-sessions = Signed-in browsers
admin-platforms = Platforms
admin-platforms-none = No platform is registered yet.
admin-self-registered = Registered itself
admin-disabled = Disabled
admin-verify = Mark domain as verified
admin-unverify = Take verification back
admin-disable = Disable
admin-enable = Enable
outbox-title = Outbox
outbox-lead = Mails that this server wrote instead of sending. This page exists in development mode only.
outbox-empty = No mail yet.
outbox-back = Back to the outbox
