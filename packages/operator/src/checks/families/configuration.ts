import { nearestName } from '@serval/api';
import { knownSettings } from '../../config/known-settings.ts';
import { ConfigError, parseServingConfig } from '../../config/parse-config.ts';
import { configMapName } from '../../config/serving-config.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';

/** Keys of a ConfigMap that are documentation, and no settings (KServe ships one). */
const remarks = new Set(['_example']);

/** The platform's settings: there, readable, and known to this release. */
export const configurationCheck: Check = {
  name: 'configuration',
  run(snapshot, notes) {
    const written = notes
      .read(snapshot.config, 'ConfigMap inferenceservice-config')
      .find(({ metadata }) => metadata.name === configMapName);
    if ('unread' in snapshot.config) return;
    const where = `ConfigMap ${snapshot.systemNamespace}/${configMapName}`;
    notes.expect(written !== undefined, 'config-missing', () => ({
      evidence: evidenceOf(where, 'metadata.name', undefined),
      sentence: `${where} does not exist, so defaults hold`,
      fix: { command: `serval install --namespace ${snapshot.systemNamespace}`, safe: false },
    }));
    if (!written) return;
    const problem = problemOf(() => parseServingConfig(written));
    notes.expect(problem === undefined, 'config-invalid', () => ({
      evidence: evidenceOf(written, 'data', problem),
      sentence: `the configuration cannot be read: ${problem}`,
      fix: { command: `kubectl -n ${snapshot.systemNamespace} edit configmap ${configMapName}`, safe: false },
    }));
    for (const [section, text] of Object.entries(written.data ?? {})) {
      if (!remarks.has(section)) checkSection(section, text, where, snapshot.systemNamespace, notes);
    }
  },
};

function checkSection(section: string, text: string, where: string, namespace: string, notes: Notes): void {
  const fix = { command: `kubectl -n ${namespace} edit configmap ${configMapName}`, safe: false };
  const keys = knownSettings[section];
  const known = notes.expect(keys !== undefined, 'config-unknown', () => ({
    evidence: evidenceOf(where, `data.${section}`, 'ignored'),
    sentence: `section ${section} is not known to this release, and ignored${meant(section, Object.keys(knownSettings))}`,
    fix,
  }));
  if (!known || !keys) return;
  for (const key of keysOf(text)) {
    notes.expect(keys.includes(key), 'config-unknown', () => ({
      evidence: evidenceOf(where, `data.${section}.${key}`, 'ignored'),
      sentence: `${section}.${key} is not known to this release, and ignored${meant(key, keys)}`,
      fix,
    }));
  }
}

function meant(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function keysOf(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  } catch {
    // Told as a configuration that cannot be read.
    return [];
  }
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
