import { pathSteps } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { looksLikeManifest, notManifest } from '../manifests/looks-like-manifest.ts';
import type { CheckManifest } from './check-manifest.ts';
import { createLocator } from './locate-field.ts';
import { readDocument } from './read-document.ts';
import { splitDocuments } from './split-documents.ts';
import type { Verdict } from './verdict.ts';

export interface Source {
  file: string;
  /** Whether documents that are no objects at all are passed over: a folder holds other things than manifests. */
  mayBeData: boolean;
}

/** Every object of a YAML or JSON stream, Lists opened, each with its verdict. A document that cannot be read has one too. */
export function judgeText(text: string, source: Source, check: CheckManifest): Verdict[] {
  const { file, mayBeData } = source;
  return splitDocuments(text).flatMap((document) => {
    const reading = readDocument(document);
    if ('problem' in reading) return [unreadable(file, reading.line, reading.problem)];
    if (reading.value === null || reading.value === undefined) return [];
    if (mayBeData && !looksLikeManifest(reading.value)) {
      return [{ file, line: document.firstLine, result: 'not checked', errors: [], warnings: [], note: notManifest }];
    }
    return judgeValue(reading.value, [], { file, locate: createLocator(document), check });
  });
}

export function unreadable(file: string, line: number, problem: string): Verdict {
  return { file, line, result: 'unreadable', errors: [{ field: '', message: problem, line }], warnings: [] };
}

interface Place {
  file: string;
  locate: (steps: readonly string[]) => number;
  check: CheckManifest;
}

/** `steps` lead from the document's root to the value. */
function judgeValue(value: unknown, steps: readonly string[], place: Place): Verdict[] {
  const { file, locate, check } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return [unreadable(file, locate(steps), `must be an object with apiVersion and kind; got ${got}`)];
  }
  const object = value as AnyObject;
  const missing = (['apiVersion', 'kind'] as const).filter(
    (field) => typeof object[field] !== 'string' || !object[field],
  );
  if (missing.length > 0) {
    const line = locate(steps);
    const errors = missing.map((field) => ({ field, message: 'must be set: it says what the object is', line }));
    return [{ file, line, ...named(object), result: 'unreadable', errors, warnings: [] }];
  }
  if (object.kind.endsWith('List') && Array.isArray(object['items'])) {
    return (object['items'] as unknown[]).flatMap((item, index) =>
      judgeValue(item, [...steps, 'items', String(index)], place),
    );
  }
  const { errors, warnings, notChecked } = check(object);
  return [
    {
      file,
      line: locate(steps),
      ...named(object),
      result: errors.length > 0 ? 'invalid' : notChecked ? 'not checked' : 'ok',
      errors: errors.map(({ path, message, reason }) => ({
        field: path,
        message,
        reason,
        line: locate([...steps, ...pathSteps(path)]),
      })),
      warnings: [...warnings],
      ...(notChecked ? { note: notChecked } : {}),
    },
  ];
}

function named(object: AnyObject): Pick<Verdict, 'apiVersion' | 'kind' | 'namespace' | 'name'> {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name, generateName } = (metadata ?? {}) as AnyObject['metadata'];
  const texts = { apiVersion, kind, namespace, name: name ?? (generateName && `${generateName}*`) };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => typeof text === 'string'));
}
