import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServingConfig } from '../config/serving-config.ts';
import { deploymentModeOf } from './deployment-mode.ts';

type Default = ServingConfig['deploy']['defaultDeploymentMode'];

const annotation = 'serving.kserve.io/deploymentMode';

/** What the status, the annotation and the configuration say, and what the service runs as. */
const cases: [
  rule: string,
  status: string | undefined,
  written: string | undefined,
  byDefault: Default,
  mode: string,
][] = [
  ['the configuration speaks for who says nothing', undefined, undefined, 'Standard', 'Standard'],
  ['the configuration under an old name', undefined, undefined, 'RawDeployment', 'Standard'],
  ['the configuration for Knative', undefined, undefined, 'Knative', 'Knative'],
  ['the configuration for Knative, under its old name', undefined, undefined, 'Serverless', 'Knative'],
  ['the configuration for ModelMesh', undefined, undefined, 'ModelMesh', 'ModelMesh'],
  ['the annotation goes before the configuration', undefined, 'Standard', 'Knative', 'Standard'],
  ['the annotation under the old name of Standard', undefined, 'RawDeployment', 'Knative', 'Standard'],
  ['the annotation for Knative', undefined, 'Knative', 'Standard', 'Knative'],
  ['the annotation under the old name of Knative', undefined, 'Serverless', 'Standard', 'Knative'],
  ['the annotation for ModelMesh', undefined, 'ModelMesh', 'Standard', 'ModelMesh'],
  ['an annotation that names no mode says nothing', undefined, 'Raw', 'Knative', 'Knative'],
  ['an empty annotation says nothing', undefined, '', 'Knative', 'Knative'],
  ['what ran once goes before the annotation', 'Standard', 'Knative', 'Knative', 'Standard'],
  ['what ran once, as KServe up to 0.15 wrote it', 'RawDeployment', 'Knative', 'Knative', 'Standard'],
  ['what ran once in Knative', 'Knative', 'Standard', 'Standard', 'Knative'],
  ['what ran once in Knative, as KServe up to 0.15 wrote it', 'Serverless', 'RawDeployment', 'Standard', 'Knative'],
  ['what ran once by ModelMesh', 'ModelMesh', 'Standard', 'Standard', 'ModelMesh'],
  ['an empty status says nothing', '', 'Knative', 'Standard', 'Knative'],
];

for (const [rule, deploymentMode, written, defaultDeploymentMode, mode] of cases) {
  test(rule, () => {
    const annotations: Record<string, string> = written === undefined ? {} : { [annotation]: written };
    const status = deploymentMode === undefined ? {} : { deploymentMode };
    const config = { deploy: { defaultDeploymentMode } };
    assert.equal(deploymentModeOf({ metadata: { annotations }, status }, config), mode);
  });
}
