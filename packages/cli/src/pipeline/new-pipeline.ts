import type { Pipeline } from '@serval/api';
import { CliError } from '../command/cli-error.ts';
import type { StageChoice } from './parse-stages.ts';

export interface NewPipeline {
  namespace: string;
  name: string;
  stages: readonly StageChoice[];
  /** Stages that services get into only when somebody approves. */
  approvals: readonly string[];
}

/** @throws CliError BadUsage where an approval is asked for a stage that there is not */
export function newPipeline({ namespace, name, stages, approvals }: NewPipeline): Pipeline {
  const unknown = approvals.find((approval) => !stages.some((stage) => stage.name === approval));
  if (unknown !== undefined) {
    throw new CliError('BadUsage', `--approval ${unknown}: there is no such stage`, {
      hint: `the stages are ${stages.map((stage) => stage.name).join(', ')}`,
    });
  }
  return {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { name, namespace },
    spec: {
      stages: stages.map((stage) => ({
        ...stage,
        ...(approvals.includes(stage.name) ? { promotion: { approval: 'Required' as const } } : {}),
      })),
    },
  };
}
