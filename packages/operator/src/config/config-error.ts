import { configMapName } from './serving-config.ts';

/** A setting that cannot be as it is written. */
export interface ConfigProblem {
  /** `ingress.urlScheme`; of a section that is no JSON object, its name. */
  readonly path: string;
  /** `must be http or https, got "ftp"`. Never has what may be a password. */
  readonly message: string;
}

/** The configuration says something that cannot be; its message names everything that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(`${configMapName}: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`);
    this.problems = problems;
  }
}
