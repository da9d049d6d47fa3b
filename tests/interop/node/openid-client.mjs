// A relying party on openid-client, as its own documentation writes one: a confidential client with PKCE.
import * as client from 'openid-client'
import { serve } from './site.mjs'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests], // only because this provider is on the loopback
})

const redirect_uri = serve({
  async login(session) {
    session.verifier = client.randomPKCECodeVerifier()
    session.state = client.randomState()
    session.nonce = client.randomNonce()
    return client.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: SCOPE,
      state: session.state,
      nonce: session.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(session.verifier),
      code_challenge_method: 'S256',
    })
  },

  async callback(session, url) {
    session.tokens = await client.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: session.verifier,
      expectedState: session.state,
      expectedNonce: session.nonce,
      idTokenExpected: true,
    })
    session.claims = session.tokens.claims()
    return { id_token: session.claims, userinfo: await userinfo(session) }
  },

  async userinfo(session) {
    return { userinfo: await userinfo(session) }
  },

  async refresh(session) {
    session.tokens = await client.refreshTokenGrant(config, session.tokens.refresh_token)
    return { id_token: session.tokens.claims(), userinfo: await userinfo(session) }
  },
})

function userinfo(session) {
  return client.fetchUserInfo(config, session.tokens.access_token, session.claims.sub)
}
