"""A relying party on Authlib and Flask, as their own documentation writes one: a confidential client with PKCE."""

import os

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, session

ISSUER = os.environ["ISSUER"]
PORT = int(os.environ["PORT"])

app = Flask(__name__)
app.secret_key = os.urandom(32)
app.config["SESSION_COOKIE_NAME"] = "rp"
tokens = {}

oauth = OAuth(app)
wallet = oauth.register(
    "wallet",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": os.environ["SCOPE"], "code_challenge_method": "S256"},
)


@app.get("/login")
def login():
    return wallet.authorize_redirect(f"http://127.0.0.1:{PORT}/callback")


@app.get("/callback")
def callback():
    token = wallet.authorize_access_token()
    session["id"] = os.urandom(16).hex()
    tokens[session["id"]] = token
    return jsonify(id_token=token["userinfo"], userinfo=wallet.userinfo(token=token))


@app.get("/userinfo")
def userinfo():
    response = wallet.get(metadata("userinfo_endpoint"), token=tokens[session["id"]])
    if response.ok:
        return jsonify(userinfo=response.json())
    challenge = response.headers.get("WWW-Authenticate", "")
    error = challenge.partition('error="')[2].partition('"')[0]
    return jsonify(error=error, status=response.status_code)


@app.get("/refresh")
def refresh():
    old = tokens[session["id"]]
    with wallet._get_oauth_client(**wallet.load_server_metadata()) as client:
        token = client.refresh_token(metadata("token_endpoint"), refresh_token=old["refresh_token"])
    tokens[session["id"]] = token
    return jsonify(id_token=wallet.parse_id_token(token, nonce=None), userinfo=wallet.userinfo(token=token))


@app.errorhandler(OAuthError)
def refused(problem):
    return jsonify(error=problem.error, message=problem.description)


def metadata(name):
    return wallet.load_server_metadata()[name]


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
