import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import type { Finding, ProposedPatch } from '@serval/operator/checks';
import { answersFrom } from '../command/answers.ts';
import type { Output } from '../command/output.ts';

export interface FixOptions {
  client: Client;
  findings: readonly Finding[];
  /** Do not ask. */
  yes: boolean;
  out: Output;
  stdin: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/** Shows each safe fix, asks, and does it; answers how many were done. */
export async function applyFixes({ client, findings, yes, out, stdin, signal }: FixOptions): Promise<number> {
  const patches = findings.flatMap(({ id, fix }) => (fix?.safe && fix.patch ? [{ id, patch: fix.patch }] : []));
  if (patches.length === 0) {
    out.print('no finding has a fix that is safe to do without you');
    return 0;
  }
  const answers = yes ? undefined : answersFrom(stdin);
  let done = 0;
  for (const { id, patch } of patches) {
    const what = `${patch.resource.kind} ${patch.namespace ? `${patch.namespace}/` : ''}${patch.name}`;
    out.print(`${id}: patch of ${what}:\n${JSON.stringify(patch.patch, null, 2)}`);
    if (answers) {
      out.note('apply this patch? [y/N]');
      if (!(await answers())) {
        out.print(`${what} is left as it is`);
        continue;
      }
    }
    if (await send(client, patch, signal)) {
      done += 1;
      out.print(`${what} is patched`);
    } else out.print(`${what} has changed meanwhile, and is left as it is; run serval doctor again`);
  }
  return done;
}

async function send(client: Client, { resource, namespace, name, patch }: ProposedPatch, signal: AbortSignal) {
  try {
    await client.patch(resource, namespace === undefined ? { name } : { namespace, name }, 'merge', patch, { signal });
    return true;
  } catch (error) {
    if (isStatusError(error, 'Conflict', 'NotFound')) return false;
    throw error;
  }
}
