import { printable } from '../storage-config/print-plan.ts';
import { readDocument } from '../validate/read-document.ts';
import { splitDocuments } from '../validate/split-documents.ts';
import type { ImportNote } from './note.ts';
import { isValues, listOf, textOf, type Values } from './values.ts';

/** Kubero's group; this one version there is (kubero-operator, `config/crd/bases`). */
const group = 'application.kubero.dev';
const version = `${group}/v1alpha1`;

export interface KuberoObject {
  kind: 'KuberoPipeline' | 'KuberoApp';
  name: string;
  spec: Values;
  where: string;
}

/** A larger installation than anybody imports at once. */
export const maxDocuments = 10_000;

/**
 * Pipelines and apps of a text: manifests, Lists of them (`kubectl get -o yaml`), and values of Kubero's charts, which have no kind and are
 * told by their fields. Whatever else is there is noted, and hides nothing.
 */
export function readKubero(text: string, file: string, notes: ImportNote[]): KuberoObject[] {
  const documents = splitDocuments(text);
  if (documents.length > maxDocuments) {
    notes.push({ kind: 'refused', where: file, message: `more than ${maxDocuments} documents` });
    return [];
  }
  return documents.flatMap((document, index) => {
    const place = documents.length > 1 ? `${file}, document ${index + 1}` : file;
    const reading = readDocument(document);
    if ('problem' in reading) {
      notes.push({ kind: 'refused', where: `${file}:${reading.line}`, message: reading.problem });
      return [];
    }
    return objectsOf(reading.value, place, notes);
  });
}

function objectsOf(value: unknown, place: string, notes: ImportNote[]): KuberoObject[] {
  if (!isValues(value)) {
    notes.push({ kind: 'refused', where: place, message: 'is no object' });
    return [];
  }
  const apiVersion = textOf(value['apiVersion']);
  const kind = textOf(value['kind']);
  if (apiVersion === undefined && kind === undefined) return chartValues(value, place, notes);
  if (kind?.endsWith('List') && Array.isArray(value['items'])) {
    const items = listOf(value['items']).slice(0, maxDocuments);
    return items.flatMap((item, index) => objectsOf(item, `${place}, item ${index + 1}`, notes));
  }
  const label = printable(`${apiVersion ?? '?'} ${kind ?? '?'}`.slice(0, 128));
  if (apiVersion?.split('/')[0] !== group) {
    notes.push({ kind: 'left', where: place, message: `${label} is none of Kubero's kinds` });
    return [];
  }
  if (apiVersion !== version) {
    notes.push({ kind: 'refused', where: place, message: `${label} is of an unknown version; ${version} is read` });
    return [];
  }
  if (kind !== 'KuberoPipeline' && kind !== 'KuberoApp') {
    notes.push({ kind: 'left', where: place, message: `${label} has no equivalent` });
    return [];
  }
  const metadata = isValues(value['metadata']) ? value['metadata'] : {};
  return named(kind, textOf(metadata['name']), value['spec'], place, notes);
}

/** `values.yaml` of the charts kuberopipeline and kuberoapp, which are what stands in `spec`. */
function chartValues(value: Values, place: string, notes: ImportNote[]): KuberoObject[] {
  const isPipeline = Array.isArray(value['phases']);
  const isApp = textOf(value['phase']) !== undefined && textOf(value['pipeline']) !== undefined;
  if (isPipeline || isApp) {
    return named(isPipeline ? 'KuberoPipeline' : 'KuberoApp', textOf(value['name']), value, place, notes);
  }
  const message = 'is neither a manifest nor values of a pipeline (phases) or app (pipeline and phase)';
  notes.push({ kind: 'left', where: place, message });
  return [];
}

function named(
  kind: KuberoObject['kind'],
  name: string | undefined,
  spec: unknown,
  place: string,
  notes: ImportNote[],
): KuberoObject[] {
  const where = `${kind} ${printable((name ?? '').slice(0, 64)) || 'without a name'} (${place})`;
  if (name !== undefined && isValues(spec)) return [{ kind, name, spec, where }];
  notes.push({ kind: 'refused', where, message: name === undefined ? 'has no name' : 'has no spec' });
  return [];
}
