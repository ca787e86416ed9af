/** What we use of the client. Imported by itself, so that a bundle has nothing else of it: it is a part of a cold start. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
