/** The configuration says something that cannot be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
