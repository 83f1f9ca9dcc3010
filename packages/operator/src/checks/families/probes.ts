import type { FindingId } from '../catalogue.ts';
import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';
import type { SeenProbe } from '../snapshot.ts';

/** Live requests through the Gateway's address, told apart by what they say of the cause. */
export const probesCheck: Check = {
  name: 'live probe',
  run(snapshot, notes) {
    for (const probe of notes.read(snapshot.probes, 'requests through the Gateway')) {
      const { service, request, host, outcome } = probe;
      const id = idOf(outcome, request.endsWith('/'));
      const value = 'status' in outcome ? String(outcome.status) : outcome.failure;
      notes.expect(id === undefined, id ?? 'probe-failed', () => ({
        service,
        evidence: evidenceOf(request, `Host: ${host}`, value),
        sentence: sentenceOf(probe),
        fix: { command: `curl -si -H 'Host: ${host}' ${request.split(' ')[1] ?? ''}`, safe: false },
      }));
    }
  },
};

/** @param isRoot whether the path is `/`, which a server of one's own need not know. */
function idOf(outcome: SeenProbe['outcome'], isRoot: boolean): FindingId | undefined {
  if ('failure' in outcome) return 'probe-unreachable';
  const { status } = outcome;
  // Who asks for credentials is there.
  if (status < 400 || status === 401 || status === 403) return undefined;
  if (status === 404) return isRoot ? undefined : 'probe-not-found';
  return status >= 502 && status <= 504 ? 'probe-unavailable' : 'probe-failed';
}

function sentenceOf({ request, host, outcome }: SeenProbe): string {
  if ('failure' in outcome) return `${request} for host ${host} got no answer: ${outcome.failure}`;
  const { status } = outcome;
  const meaning =
    status === 404
      ? 'no route of the data plane has this host, or the server does not know the model'
      : status >= 502 && status <= 504
        ? 'the data plane has no ready endpoint'
        : status === 500
          ? 'the data plane takes the backend for invalid, or the server fails'
          : 'the server refuses the request';
  return `${request} for host ${host} was answered ${status}: ${meaning}`;
}
