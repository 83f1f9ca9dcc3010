import { chartNames, releaseSecretBytes, variantValues } from '../../helm/index.ts';
import { type Check, Tally } from '../check.ts';

/** Of the 1 MiB that a Secret may have, some is left for values, and for charts to grow. */
const maxReleaseBytes = 700 * 1024;

export const releases: Check = {
  name: 'release sizes',
  about: 'the Secret in which Helm keeps a release is small enough',
  run({ files, variants }) {
    const tally = new Tally();
    // The largest variant: webhooks, and the objects of cert-manager.
    const variant = variants.find(
      ({ variant: { webhooks, certificates } }) => webhooks && certificates === 'cert-manager',
    );
    if (!variant) return tally.verdict();
    for (const chart of chartNames) {
      tally.look();
      const { namespace } = variant.variant;
      const bytes = releaseSecretBytes(files, chart, {
        namespace,
        values: variantValues(files, chart, variant.variant),
      });
      if (bytes >= maxReleaseBytes) {
        const message = `a release takes ${bytes} bytes of a Secret; the most is ${maxReleaseBytes}`;
        tally.findings.push({ object: `helm/${chart}`, path: '', message });
      }
    }
    return tally.verdict();
  },
};
