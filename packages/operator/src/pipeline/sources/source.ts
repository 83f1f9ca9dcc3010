/** Why a credential cannot be had. */
export type SourceProblem =
  | 'SecretNotFound'
  /** The operator itself may not read it. */
  | 'SecretForbidden'
  | 'RefNotPermitted'
  | 'WrongType'
  | 'MalformedDockerConfig'
  | 'MalformedStorageConfig';

/** A Secret as a source of credentials; `Content` is what it holds. */
export type Source<Content> = FailedSource | ReadySource<Content>;

export interface FailedSource {
  readonly state: 'failed';
  readonly reason: SourceProblem;
  readonly message: string;
}

type ReadySource<Content> = Content & {
  readonly state: 'ready';
  /** The Secret's `resourceVersion`: tells that something changed, and nothing of what. */
  readonly revision: string;
  readonly uid: string;
  /** CredentialGrant that allows it, as `NAMESPACE/NAME`; absent where none is needed. */
  readonly grantedBy?: string;
};
