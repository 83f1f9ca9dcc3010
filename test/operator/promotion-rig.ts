import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type InferenceService,
  inferenceServices,
  type Pipeline,
  type PipelineStage,
  type Promotion,
  type PromotionSpec,
  pipelines,
  promotions,
} from '@serval/api';
import { findCondition, namespaces } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { type Answer, requesterOf, startModelStore, transformerImage } from './serving.ts';
import { type RunningPlatform, startRunningPlatform } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');
const team = 'team-a';
export const stageNamespaces = { dev: 'fraud-dev', test: 'fraud-test', prod: 'fraud-prod' } as const;
type StageName = keyof typeof stageNamespaces;
type StageParts = Readonly<Partial<Record<StageName, Partial<PipelineStage>>>>;

export type PromotionRig = RunningPlatform & {
  /** Where versions of the model are: `v1` and `v2` answer, `broken` is no model. */
  uri(version: string): string;
  serve(version: string): Promise<unknown>;
  request(stage: StageName): Promise<Answer>;
  /** What the service of a stage answers. */
  ask(stage: StageName): Promise<string>;
  service(stage: StageName): Promise<InferenceService>;
  setStages(stages: StageParts, historyLimit?: number, names?: readonly StageName[]): Promise<Pipeline>;
  promote(name: string, spec: Partial<PromotionSpec>): Promise<Promotion>;
  promotionWhen(name: string, wanted: (promotion: Promotion) => boolean): Promise<Promotion>;
  finished(name: string): Promise<Promotion>;
};

export async function startPromotions(t: TestContext): Promise<PromotionRig> {
  const platform = await startRunningPlatform(t, { images: [transformerImage] });
  const { client } = platform;
  const store = await startModelStore(t, {
    '/v1/model.ubj': join(examples, 'iris/model/model.ubj'),
    '/v2/model.ubj': join(examples, 'iris/model-v2/model.ubj'),
    '/broken/model.ubj': join(examples, 'iris/README.md'),
    '/copy/model.ubj': join(examples, 'iris/model/model.ubj'),
  });
  for (const name of [team, ...Object.values(stageNamespaces)]) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const input = await readFile(join(examples, 'iris/input.json'), 'utf8');
  const request = requesterOf(platform.gateway);
  const uri = (version: string) => `${store}/${version}/model.ubj`;

  const rig: PromotionRig = {
    ...platform,
    uri,
    serve: (version) =>
      client.apply(
        inferenceServices,
        {
          apiVersion: 'serving.kserve.io/v1beta1',
          kind: 'InferenceService',
          metadata: { namespace: stageNamespaces.dev, name: 'scorer', labels: { model: version } },
          spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: uri(version) } } },
        } as InferenceService,
        { force: true },
      ),
    request: (stage) => request(`scorer-${stageNamespaces[stage]}.localhost`, '/v1/models/scorer:predict', input),
    async ask(stage) {
      const { status, body } = await rig.request(stage);
      assert.equal(status, 200, body);
      return body;
    },
    service: (stage) => client.get(inferenceServices, { namespace: stageNamespaces[stage], name: 'scorer' }),
    setStages: (stages, historyLimit, names = ['dev', 'test', 'prod']) =>
      client.apply(
        pipelines,
        {
          apiVersion: 'platform.serval.dev/v1alpha1',
          kind: 'Pipeline',
          metadata: { namespace: team, name: 'fraud' },
          spec: {
            stages: names.map((name) => ({ name, namespace: stageNamespaces[name], ...stages[name] })),
            ...(historyLimit ? { historyLimit } : {}),
          },
        } as Pipeline,
        { force: true },
      ),
    promote: (name, spec) =>
      client.create(promotions, {
        apiVersion: 'platform.serval.dev/v1alpha1',
        kind: 'Promotion',
        metadata: { namespace: team, name },
        spec: { pipeline: 'fraud', service: 'scorer', ...spec } as PromotionSpec,
      }),
    promotionWhen: (name, wanted) =>
      eventually(async () => {
        const promotion = await client.get(promotions, { namespace: team, name });
        assert.ok(wanted(promotion), JSON.stringify(told(promotion), null, 1));
        return promotion;
      }),
    finished: (name) => rig.promotionWhen(name, ({ status }) => status?.completedAt !== undefined),
  };
  return rig;
}

export function reasonOf({ status }: Promotion, type: string): string {
  const condition = findCondition(status?.conditions, type);
  return `${condition?.status} ${condition?.reason}`;
}

/** For a message: what is kept of services is long. */
function told({ spec, status }: Promotion) {
  const { service: _, previous, ...rest } = status ?? {};
  return { spec, ...rest, previous: previous && { ...previous, service: previous.service !== undefined } };
}
