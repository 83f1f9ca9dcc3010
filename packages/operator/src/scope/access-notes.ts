import type { Log } from '@serval/kube/client';
import type { Metrics } from '../health/metrics.ts';

/** A right that the operator lacks. */
export interface MissingRight {
  /** `list and watch deployments.apps`. */
  readonly right: string;
  /** Empty for what has none, or for all of them. */
  readonly namespace: string;
  /** What does not work without it. */
  readonly consequence: string;
  /** Whether the operator cannot do its work without it. */
  readonly required: boolean;
}

/** Which rights are known to be missing now. Each is told once when it is missed, and once when it is back. */
export interface AccessNotes {
  missing(note: MissingRight): void;
  /** Of a right that was not missing, nothing is told. */
  granted(note: Pick<MissingRight, 'right' | 'namespace'>): void;
  current(): readonly MissingRight[];
}

const maxNotes = 1_000;

export function createAccessNotes(log: Log, metrics?: Metrics): AccessNotes {
  const notes = new Map<string, MissingRight>();
  const keyOf = ({ right, namespace }: Pick<MissingRight, 'right' | 'namespace'>) => `${namespace}/${right}`;
  metrics?.gauge('serval_operator_missing_rights', 'Rights that the operator was refused.', () =>
    [...notes.values()].map(({ right, namespace, required }) => ({
      labels: { right, namespace, required: String(required) },
      value: 1,
    })),
  );
  return {
    missing(note) {
      const key = keyOf(note);
      if (notes.has(key) || notes.size >= maxNotes) return;
      notes.set(key, note);
      const { required, ...fields } = note;
      log[required ? 'error' : 'warn'](fields, 'a right is missing');
    },
    granted(which) {
      const { right, namespace } = which;
      if (notes.delete(keyOf(which))) log.info({ right, namespace }, 'a right that was missing is there');
    },
    current: () => [...notes.values()],
  };
}

/** For a person: `it may not list and watch pods in namespace a: …`. */
export function describeMissingRight({ right, namespace, consequence }: MissingRight): string {
  return `it may not ${right}${namespace ? ` in namespace ${namespace}` : ''}: ${consequence}`;
}
