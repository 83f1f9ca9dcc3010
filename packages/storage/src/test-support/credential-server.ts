import type { IncomingMessage } from 'node:http';
import { createConnections } from '../http/connections.ts';
import type { ProviderOptions } from '../provider.ts';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

interface CredentialCall {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface CredentialServer {
  url: string;
  calls: CredentialCall[];
  /** Answers of each call; `undefined` never answers. */
  answer: (call: CredentialCall) => { status?: number; text: string } | undefined;
}

/** Plays whatever hands out credentials: a token service, an agent of a container, an instance. */
export async function startCredentialServer(scope: Scope): Promise<CredentialServer> {
  const server: CredentialServer = { url: '', calls: [], answer: () => ({ status: 404, text: '' }) };
  server.url = await startHttp(scope, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const call = { method: request.method!, path: request.url!, headers: request.headers, body };
    server.calls.push(call);
    const answer = server.answer(call);
    if (answer) response.writeHead(answer.status ?? 200).end(answer.text);
  });
  return server;
}

/** As JSON of container and instance metadata. `number` tells one answer from the next. */
export function credentialsJson(number: number, expiresAtMs: number): string {
  return JSON.stringify({
    Code: 'Success',
    AccessKeyId: `KEY${number}`,
    SecretAccessKey: `sentinel-secret-${number}`,
    Token: `sentinel-session-${number}`,
    Expiration: new Date(expiresAtMs).toISOString(),
  });
}

/** As XML of AssumeRoleWithWebIdentity. */
export function credentialsXml(number: number, expiresAtMs: number): string {
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>KEY${number}</AccessKeyId><SecretAccessKey>sentinel-secret-${number}</SecretAccessKey>
<SessionToken>sentinel-session-${number}</SessionToken><Expiration>${new Date(expiresAtMs).toISOString()}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
}

/** What a provider is given, without a download around it. */
export function providerOptions(scope: Scope, environment: Record<string, string>): ProviderOptions {
  const connections = createConnections({ environment, perOrigin: 4, stallTimeoutMs: 30_000 });
  scope.after(() => connections.close());
  return { environment, connections, memo: new Map(), workDirectory: '', atEnd: () => {}, warn: () => {} };
}
