import { nearestName } from '@serval/api';
import { type ReadConfig, readServingConfig } from '../../config/parse-config.ts';
import type { Unused } from '../../config/read-section.ts';
import { configMapName } from '../../config/serving-config.ts';
import { configInForceName } from '../../declarations/installed-names.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';

/** The platform's settings: there, readable, known to this release, and with an effect. */
export const configurationCheck: Check = {
  name: 'configuration',
  run(snapshot, notes) {
    const written = notes
      .read(snapshot.config, 'ConfigMap inferenceservice-config')
      .find(({ metadata }) => metadata.name === configMapName);
    if ('unread' in snapshot.config) return;
    const where = `ConfigMap ${snapshot.systemNamespace}/${configMapName}`;
    const isKept = snapshot.config.items.some(({ metadata }) => metadata.name === configInForceName);
    notes.expect(written !== undefined, 'config-missing', () => ({
      evidence: evidenceOf(where, 'metadata.name', undefined),
      sentence: `${where} does not exist, so ${isKept ? 'what it said last stays in force' : 'defaults hold'}`,
      fix: { command: `serval install --namespace ${snapshot.systemNamespace}`, safe: false },
    }));
    if (!written) return;
    const read = readServingConfig(written);
    const fix = { command: `kubectl -n ${snapshot.systemNamespace} edit configmap ${configMapName}`, safe: false };
    notes.expect(read.problems.length === 0, 'config-invalid', () => {
      const problem = read.problems.map(({ path, message }) => `${path} ${message}`).join('; ');
      return {
        evidence: evidenceOf(written, 'data', problem),
        sentence: `the configuration is not taken up, and ${isKept ? 'the last good one stays in force' : 'as nothing good is known, no service is reconciled after a restart'}: ${problem}`,
        fix,
      };
    });
    notes.held(Object.keys(written.data ?? {}).length);
    checkUnused(read, where, fix, notes);
  },
};

function checkUnused({ unused }: ReadConfig, where: string, fix: { command: string; safe: boolean }, notes: Notes) {
  const unknown = unused.filter(({ why }) => why === undefined);
  for (const one of unknown) {
    const section = one.path.includes('.') ? '' : 'section ';
    notes.expect(false, 'config-unknown', () => ({
      evidence: evidenceOf(where, `data.${one.path}`, 'ignored'),
      sentence: `${section}${one.path} is not known to this release, and ignored${meant(one)}`,
      fix,
    }));
  }
  // One finding for all keys of one reason: KServe's own ConfigMap writes most of them.
  const idle = Map.groupBy(
    unused.filter(({ why }) => why !== undefined),
    ({ path, why }) => `${path.split('.')[0]}: ${why}`,
  );
  for (const [reason, keys] of idle) {
    const paths = keys.map(({ path }) => path).join(', ');
    notes.expect(false, 'config-without-effect', () => ({
      evidence: evidenceOf(where, `data.${keys[0]?.path}`, 'ignored'),
      sentence: `${paths}: known, and without effect here, as ${reason.slice(reason.indexOf(': ') + 2)}`,
      fix,
    }));
  }
}

function meant({ path, known }: Unused): string {
  const name = path.split('.').at(-1) ?? path;
  const near = nearestName(name, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
