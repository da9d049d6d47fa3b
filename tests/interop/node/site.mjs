// What both relying parties need of a web server: four paths, one browser session, JSON out.
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'

const COOKIE = 'rp'

/**
 * Serves `/login`, `/callback`, `/userinfo` and `/refresh` on PORT of the loopback.
 *
 * Each gets the session (an object that lasts as long as the cookie) and the address it was called at. A URL that it
 * gives is a redirect, anything else is the JSON answer; what it throws is answered as `{ error, status }`.
 */
export function serve(paths) {
  const origin = `http://127.0.0.1:${process.env.PORT}`
  const sessions = new Map()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, origin)
    const cookie = /(?:^|; )rp=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]
    const id = sessions.has(cookie) ? cookie : randomUUID()
    if (id !== cookie) sessions.set(id, {})
    response.setHeader('set-cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`)
    const act = paths[url.pathname.slice(1)]
    if (!act) return response.writeHead(404).end()
    try {
      const answer = await act(sessions.get(id), url)
      if (answer instanceof URL) return response.writeHead(303, { location: answer.href }).end()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
    } catch (problem) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ...said(problem), message: String(problem?.message ?? problem) }))
    }
  })
  server.listen(Number(process.env.PORT), '127.0.0.1')
  return `${origin}/callback`
}

/** The error that the provider gave: in a redirect, in a JSON body, or in a WWW-Authenticate challenge. */
function said(problem) {
  const challenge = Array.isArray(problem?.cause) ? problem.cause[0]?.parameters?.error : undefined
  return { error: problem?.error ?? challenge ?? problem?.code ?? 'unknown', status: problem?.status }
}
