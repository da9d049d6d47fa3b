// A relying party on oauth4webapi, step by step: a public client, PKCE its only proof.
import * as oauth from 'oauth4webapi'
import { serve } from './site.mjs'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env

const insecure = { [oauth.allowInsecureRequests]: true } // only because this provider is on the loopback
const client = { client_id: CLIENT_ID }
const authentication = CLIENT_SECRET ? oauth.ClientSecretBasic(CLIENT_SECRET) : oauth.None()

const issuer = new URL(ISSUER)
const discovered = await oauth.discoveryRequest(issuer, insecure)
const provider = await oauth.processDiscoveryResponse(issuer, discovered)

const redirect_uri = serve({
  async login(session) {
    session.verifier = oauth.generateRandomCodeVerifier()
    session.state = oauth.generateRandomState()
    session.nonce = oauth.generateRandomNonce()
    const url = new URL(provider.authorization_endpoint)
    url.searchParams.set('client_id', CLIENT_ID)
    url.searchParams.set('redirect_uri', redirect_uri)
    url.searchParams.set('response_type', 'code')
    url.searchParams.set('scope', SCOPE)
    url.searchParams.set('state', session.state)
    url.searchParams.set('nonce', session.nonce)
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(session.verifier))
    url.searchParams.set('code_challenge_method', 'S256')
    return url
  },

  async callback(session, url) {
    const answer = oauth.validateAuthResponse(provider, client, url, session.state)
    const response = await oauth.authorizationCodeGrantRequest(
      provider, client, authentication, answer, redirect_uri, session.verifier, insecure)
    const tokens = await oauth.processAuthorizationCodeResponse(provider, client, response, {
      expectedNonce: session.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(provider, response, insecure)
    session.tokens = tokens
    session.claims = oauth.getValidatedIdTokenClaims(tokens)
    return { id_token: session.claims, userinfo: await userinfo(session) }
  },

  async userinfo(session) {
    return { userinfo: await userinfo(session) }
  },

  async refresh(session) {
    const response = await oauth.refreshTokenGrantRequest(
      provider, client, authentication, session.tokens.refresh_token, insecure)
    session.tokens = await oauth.processRefreshTokenResponse(provider, client, response)
    return { id_token: oauth.getValidatedIdTokenClaims(session.tokens), userinfo: await userinfo(session) }
  },
})

async function userinfo(session) {
  const response = await oauth.userInfoRequest(provider, client, session.tokens.access_token, insecure)
  return oauth.processUserInfoResponse(provider, client, session.claims.sub, response)
}
