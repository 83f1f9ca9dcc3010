import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';

/** Storage entries, as their own check sees them; no value of a Secret gets here. */
export const storageCheck: Check = {
  name: 'storage-config',
  run(snapshot, notes) {
    const secrets = notes.read(snapshot.storageSecrets, 'Secrets with storage entries');
    if (secrets.length === 0 && !('unread' in snapshot.storageSecrets)) {
      return notes.notChecked('there is no Secret with storage entries');
    }
    for (const { namespace, name, entries, problems } of secrets) {
      const bad = new Set(problems.map(({ key }) => key));
      notes.held(Math.max(0, entries - bad.size));
      for (const { severity, code, key, field, message } of problems) {
        const place = key === undefined ? 'data' : `data[${key}]${field === undefined ? '' : `.${field}`}`;
        notes.expect(false, severity === 'error' ? 'storage-config-broken' : 'storage-config-doubtful', () => ({
          evidence: evidenceOf(`Secret ${namespace}/${name}`, place, code),
          sentence: message,
          fix: { command: `serval storage-config check -n ${namespace} --secret ${name}`, safe: false },
        }));
      }
    }
  },
};
