import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import type { Variant } from '../variant.ts';
import type { Check, Evidence, Finding, VariantRenders, Verdict } from './check.ts';
import { access } from './checks/access.ts';
import { certificates } from './checks/certificates.ts';
import { definitions, distinctDefinitions, owners, sizes } from './checks/definitions.ts';
import { generated } from './checks/generated.ts';
import { parity } from './checks/parity.ts';
import { configuration, flags } from './checks/program.ts';
import { releases } from './checks/releases.ts';
import { webhooks } from './checks/webhooks.ts';
import { generateAside } from './generate-aside.ts';
import { offlineRenderers, type Renderer } from './renderer.ts';

/** In the order of the table. Each is proven by a drift that it must find (`verify.test.ts`). */
export const checks: readonly Check[] = [
  parity,
  certificates,
  webhooks,
  definitions,
  sizes,
  releases,
  access,
  flags,
  configuration,
  owners,
  generated,
];

export interface CheckReport extends Verdict {
  readonly name: string;
  readonly about: string;
}

export interface VerifyOptions {
  /** Default: our own renders of both, which the tests hold equal to the released tools'. */
  readonly renderers?: readonly Renderer[];
  /** Default: what `generateDeploy` answers. */
  readonly generated?: FileSet;
  /** Default: all eight. */
  readonly variants?: readonly Variant[];
  readonly signal?: AbortSignal;
}

/** Namespaces × webhooks × certificates, and operators for some namespaces. */
export const variants: readonly Variant[] = [...everywhereVariants(), ...restrictedVariants()];

function restrictedVariants(): Variant[] {
  const own = { watchNamespaces: ['team-a', 'team-b'], clusterScoped: true };
  const alone = { ...own, clusterScoped: false };
  const namespace = 'team-platform';
  return [
    { namespace, webhooks: true, certificates: 'self-managed', restricted: own },
    { namespace, webhooks: true, certificates: 'cert-manager', restricted: own },
    { namespace, webhooks: false, certificates: 'self-managed', restricted: own },
    { namespace, webhooks: true, certificates: 'cert-manager', restricted: alone },
    { namespace, webhooks: false, certificates: 'self-managed', restricted: alone },
  ];
}

function everywhereVariants(): Variant[] {
  return ['serval-system', 'elsewhere'].flatMap((namespace) =>
    [true, false].flatMap((hasWebhooks) =>
      (['self-managed', 'cert-manager'] as const).map((mode) => ({
        namespace,
        webhooks: hasWebhooks,
        certificates: mode,
      })),
    ),
  );
}

/** Renders the files of `deploy/` in every way and lets every check look. A file that cannot be rendered is a finding. */
export async function verifyDeploy(files: FileSet, options: VerifyOptions = {}): Promise<CheckReport[]> {
  const { evidence, broken } = await gatherEvidence(files, options);
  const reports = checks.map((check) => runCheck(check, evidence));
  return broken.length === 0 ? reports : [unrendered(evidence, broken), ...reports];
}

/** What checks look at, and what cannot be looked at. */
export async function gatherEvidence(
  files: FileSet,
  options: VerifyOptions = {},
): Promise<{ evidence: Evidence; broken: Finding[] }> {
  const { renderers = offlineRenderers, signal } = options;
  const generating = Promise.resolve(options.generated ?? generateAside(signal));
  // Waited for below, where it is told unless something else has failed before.
  generating.catch(() => {});
  const rendered: VariantRenders[] = [];
  const broken: Finding[] = [];
  for (const variant of options.variants ?? variants) {
    const renders: VariantRenders['renders'][number][] = [];
    for (const renderer of renderers) {
      signal?.throwIfAborted();
      try {
        renders.push({ by: renderer.name, objects: await renderer.render(files, variant, signal) });
      } catch (error) {
        broken.push(brokenBy(error, renderer.name));
      }
    }
    rendered.push({ variant, renders });
  }
  const wanted = await generating;
  let definitionsFound: Evidence['definitions'] = [];
  try {
    definitionsFound = distinctDefinitions(files, rendered);
  } catch (error) {
    broken.push(brokenBy(error, 'definitions'));
  }
  return { evidence: { files, generated: wanted, variants: rendered, definitions: definitionsFound }, broken };
}

function brokenBy(error: unknown, object: string): Finding {
  if (!(error instanceof ManifestsError)) throw error;
  return { object, path: '', message: error.message };
}

/** A check that compared nothing has found that. */
export function runCheck(check: Check, evidence: Evidence): CheckReport {
  const { name, about } = check;
  let verdict: Verdict;
  try {
    verdict = check.run(evidence);
  } catch (error) {
    verdict = { objects: 0, fields: 0, findings: [brokenBy(error, name)] };
  }
  const nothing = verdict.objects === 0 || verdict.fields === 0;
  const findings = nothing
    ? [...verdict.findings, { object: name, path: '', message: 'compared nothing' }]
    : verdict.findings;
  return { name, about, ...verdict, findings };
}

function unrendered({ variants: rendered }: Evidence, broken: readonly Finding[]): CheckReport {
  const findings = [...new Map(broken.map((finding) => [finding.message, finding])).values()];
  return { name: 'rendering', about: 'every file can be rendered', objects: rendered.length, fields: 0, findings };
}
