/** Outputs that are messages, documents to search in, mails and files: the rest of the table of `outputs.ts`. */
import { append, type OutputRow, rows } from './outputRow.ts'

export const messageRows: readonly OutputRow[] = [
  // Queues, topics, buckets
  {
    call: '@aws-sdk/client-sqs:SQSClient#.send()',
    kind: 'queue',
    judge: append('a message sent', /MessageDeduplicationId/),
  },
  {
    call: '@aws-sdk/client-sns:SNSClient#.send()',
    kind: 'queue',
    judge: append('a message sent', /MessageDeduplicationId/),
  },
  { call: '@aws-sdk/client-s3:S3Client#.send()', kind: 'file', judge: 'repeatable' },
  {
    call: '@aws-sdk/lib-dynamodb:DynamoDBDocumentClient#.send()',
    kind: 'document',
    judge: append('an update that adds', /PutCommand|DeleteCommand|ConditionExpression|^(?!.*(?:ADD |\+))/s),
  },
  {
    call: '@aws-sdk/client-dynamodb:DynamoDBClient#.send()',
    kind: 'document',
    judge: append('an update that adds', /PutItem|DeleteItem|ConditionExpression|^(?!.*(?:ADD |\+))/s),
  },
  ...rows('queue', append('a message sent', /MessageDeduplicationId/), [
    'aws-sdk:SQS#.sendMessage().promise()',
    'aws-sdk:SNS#.publish().promise()',
  ]),
  { call: 'aws-sdk:S3#.putObject().promise()', kind: 'file', judge: 'repeatable' },
  { call: 'aws-sdk:S3#.upload().promise()', kind: 'file', judge: 'repeatable' },
  { call: 'amqplib:Channel#.sendToQueue()', kind: 'queue', judge: append('a message sent'), isAsync: false },
  { call: 'amqplib:Channel#.publish()', kind: 'queue', judge: append('a message sent'), isAsync: false },
  { call: 'bullmq:Queue#.add()', kind: 'queue', judge: append('a job added', /jobId/) },
  { call: 'bull:#.add()', kind: 'queue', judge: append('a job added', /jobId/) },
  // Search
  {
    call: '@elastic/elasticsearch:Client#.index()',
    kind: 'document',
    judge: append('an indexed document without an id', /\bid\b/),
  },
  {
    call: '@opensearch-project/opensearch:Client#.index()',
    kind: 'document',
    judge: append('an indexed document without an id', /\bid\b/),
  },
  { call: '@elastic/elasticsearch:Client#.update()', kind: 'document', judge: 'repeatable' },
  ...rows('document', append('indexed documents without an id', /\b_id\b/), [
    '@elastic/elasticsearch:Client#.bulk()',
    '@opensearch-project/opensearch:Client#.bulk()',
  ]),
  // Mail and push
  ...rows('mail', append('a mail sent'), [
    'nodemailer:Transporter#.sendMail()',
    '@sendgrid/mail:send()',
    'resend:Resend#.emails.send()',
    '@aws-sdk/client-ses:SESClient#.send()',
    'postmark:ServerClient#.sendEmail()',
  ]),
  ...rows('push', append('a push message sent'), [
    'firebase-admin:messaging().send()',
    'firebase-admin:messaging().sendToDevice()',
    'firebase-admin:messaging().sendMulticast()',
    'web-push:sendNotification()',
    'twilio:().messages.create()',
    'expo-server-sdk:Expo#.sendPushNotificationsAsync()',
    'stripe:#.charges.create()',
  ]),
  // Files
  ...rows('file', 'file', ['fs:appendFile()', 'fs:writeFile()', 'fs:promises.appendFile()', 'fs:promises.writeFile()']),
  { call: 'fs:createWriteStream().write()', kind: 'file', judge: append('an append'), isAsync: false },
  { call: 'fs:appendFileSync()', kind: 'file', judge: 'file', isAsync: false },
  { call: 'fs:writeFileSync()', kind: 'file', judge: 'file', isAsync: false },
]
