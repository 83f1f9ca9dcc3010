import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from './table.ts';

const program = fileURLToPath(new URL('validation/main.ts', import.meta.url));

interface Figures {
  startMs: number;
  first: number;
  perSecond: number;
}

/** 1,000 InferenceServices against the full schema, each side in a process of its own. */
export async function benchValidation(): Promise<Row[]> {
  const [ours, peer] = [await measure('ours'), await measure('peer')];
  const reference = 'the schema alone as generated code, yes or no';
  return [
    {
      what: 'checking services, until the first is checked',
      unit: 'ms',
      ours: ours.startMs,
      reference,
      referenceValue: peer.startMs,
    },
    { what: 'the first 1,000 after it', unit: 'services/s', ours: ours.first, reference, referenceValue: peer.first },
    {
      what: 'checking services: schema, defaults, rules',
      unit: 'services/s',
      ours: ours.perSecond,
      reference,
      referenceValue: peer.perSecond,
    },
  ];
}

async function measure(side: 'ours' | 'peer'): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-C', '@serval/source', program, side]);
  return JSON.parse(stdout) as Figures;
}
