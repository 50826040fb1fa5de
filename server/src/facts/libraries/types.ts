/**
 * Names for what libraries give: a value is called by the way it was reached. `kafkajs:Kafka#` is an instance (`#`) of what
 * kafkajs exports as `Kafka`, `…#.consumer()` what its method gives, `…[]` an element. Ways that lead to the same thing are one name.
 */

/** `import` names that hold the same library. */
const packageAliases: Readonly<Record<string, string>> = {
  'mysql2/promise': 'mysql2',
  'node:fs': 'fs',
  'node:fs/promises': 'fs',
  'fs/promises': 'fs',
  'node:crypto': 'crypto',
  'node:events': 'events',
  'node:timers/promises': 'timers/promises',
  'node:util': 'util',
  'drizzle-orm/node-postgres': 'drizzle-orm',
  'drizzle-orm/postgres-js': 'drizzle-orm',
  'drizzle-orm/mysql2': 'drizzle-orm',
  'drizzle-orm/better-sqlite3': 'drizzle-orm',
  'sequelize-typescript': 'sequelize',
  '@nestjs/sequelize': 'sequelize',
  'nestjs-knex': 'knex',
  '@redis/client': 'redis',
  'node-rdkafka-acosom': 'node-rdkafka',
  'rxjs/operators': 'rxjs',
  'rxjs/Subject': 'rxjs',
  'rxjs/BehaviorSubject': 'rxjs',
  'rxjs/ReplaySubject': 'rxjs',
  'kafkajs-snappy': 'kafkajs-codec',
}

/** Packages the tables know: never followed into their source, even where they are part of the workspace. */
export function isKnownLibrary(specifier: string): boolean {
  return /^(?:@tidemark\/runtime|kafkajs|@confluentinc\/kafka-javascript|node-rdkafka|@platformatic\/kafka|@nestjs\/)/.test(
    specifier,
  )
}

/** What reaching further gives, where it has a name of its own. */
const renamed: Readonly<Record<string, string>> = {
  ...kafkajsLike('kafkajs', 'kafkajs:Kafka'),
  ...kafkajsLike('@confluentinc/kafka-javascript', '@confluentinc/kafka-javascript:KafkaJS.Kafka'),
  ...rdkafkaLike('node-rdkafka'),
  ...rdkafkaLike('@confluentinc/kafka-javascript'),
  // What kafkajs calls a message is what a producer sends; librdkafka calls so what a consumer gets.
  'kafkajs:Message': 'kafkajs:ProducerMessage',
  '@confluentinc/kafka-javascript:KafkaJS.Message': '@confluentinc/kafka-javascript:KafkaJS.ProducerMessage',
  '@confluentinc/kafka-javascript:Message': '@confluentinc/kafka-javascript:RdMessage',
  '@platformatic/kafka:Consumer#.consume()': '@platformatic/kafka:MessagesStream#',
  '@platformatic/kafka:MessagesStream#[]': '@platformatic/kafka:Message#',
  '@nestjs/microservices:ClientProxy#': '@nestjs/microservices:ClientKafka#',
  '@nestjs/microservices:ClientKafkaProxy#': '@nestjs/microservices:ClientKafka#',
  '@nestjs/microservices:KafkaContext#.getMessage()': 'kafkajs:Message#',
  '@nestjs/microservices:KafkaContext#.getConsumer()': 'kafkajs:Consumer#',
  '@nestjs/microservices:KafkaContext#.getProducer()': 'kafkajs:Producer#',
  '@nestjs/microservices:KafkaContext#.getHeartbeat()': 'kafkajs:EachMessagePayload#.heartbeat',
  '@tidemark/runtime:createProcessor()': '@tidemark/runtime:Processor#',
  '@tidemark/runtime:Context#.tx': '@tidemark/runtime:Tx#',
  '@tidemark/runtime:Batch#[]': '@tidemark/runtime:Record#',
  '@tidemark/runtime:Records#[]': '@tidemark/runtime:Record#',
  '@tidemark/runtime:PartitionRecords#[]': '@tidemark/runtime:Record#',
  'pg:Pool#.connect()': 'pg:Client#',
  'pg:PoolClient#': 'pg:Client#',
  'pg:ClientBase#': 'pg:Client#',
  'mysql2:createPool()': 'mysql2:Pool#',
  'mysql2:createConnection()': 'mysql2:Connection#',
  'mysql2:Pool#.getConnection()': 'mysql2:Connection#',
  'mysql2:PoolConnection#': 'mysql2:Connection#',
  'mysql2:Pool#.promise()': 'mysql2:Pool#',
  'ioredis:#': 'ioredis:Redis#',
  'ioredis:Cluster#': 'ioredis:Redis#',
  'ioredis:Redis#.multi()': 'ioredis:Pipeline#',
  'ioredis:Redis#.pipeline()': 'ioredis:Pipeline#',
  'sequelize:Sequelize#.define()': 'sequelize:Model',
  'redis:createClient()': 'redis:Client#',
  'redis:RedisClientType#': 'redis:Client#',
  'knex:()': 'knex:Knex#',
  'knex:knex()': 'knex:Knex#',
  'drizzle-orm:drizzle()': 'drizzle-orm:Db#',
  'drizzle-orm:NodePgDatabase#': 'drizzle-orm:Db#',
  'drizzle-orm:PostgresJsDatabase#': 'drizzle-orm:Db#',
  'mongodb:MongoClient#.db()': 'mongodb:Db#',
  'mongodb:MongoClient#.connect()': 'mongodb:MongoClient#',
  'mongodb:Db#.collection()': 'mongodb:Collection#',
  'mongoose:model()': 'mongoose:Model',
  'mongoose:Model#': 'mongoose:Model',
  'mongoose:Model(new)': 'mongoose:Document#',
  'typeorm:DataSource#.getRepository()': 'typeorm:Repository#',
  'typeorm:EntityManager#.getRepository()': 'typeorm:Repository#',
  'typeorm:getRepository()': 'typeorm:Repository#',
  'typeorm:DataSource#.manager': 'typeorm:EntityManager#',
  'typeorm:QueryRunner#.manager': 'typeorm:EntityManager#',
  'typeorm:DataSource#.createQueryRunner()': 'typeorm:QueryRunner#',
  'typeorm:Repository#.manager': 'typeorm:EntityManager#',
  'typeorm:BaseEntity.create()': 'typeorm:BaseEntity#',
  'axios:create()': 'axios:',
  'axios:AxiosInstance#': 'axios:',
  'axios:default': 'axios:',
  '@nestjs/axios:HttpService#.axiosRef': 'axios:',
  'nodemailer:createTransport()': 'nodemailer:Transporter#',
  'postgres:()': 'postgres:Sql#',
  '@prisma/client:PrismaClient#.$extends()': '@prisma/client:PrismaClient#',
  '@elastic/elasticsearch:Client#': '@elastic/elasticsearch:Client#',
  'amqplib:connect()': 'amqplib:Connection#',
  'amqplib:Connection#.createChannel()': 'amqplib:Channel#',
  'node:sqlite:DatabaseSync#.prepare()': 'node:sqlite:StatementSync#',
  'better-sqlite3:#': 'better-sqlite3:Database#',
  'better-sqlite3:Database#.prepare()': 'better-sqlite3:Statement#',
}

/** The API of kafkajs, which the Confluent client repeats under `KafkaJS`. */
function kafkajsLike(library: string, entry: string): Record<string, string> {
  return {
    [`${entry}#.consumer()`]: `${library}:Consumer#`,
    [`${entry}#.producer()`]: `${library}:Producer#`,
    [`${entry}#.admin()`]: `${library}:Admin#`,
    [`${library}:KafkaJS.Kafka#`]: `${entry}#`,
    [`${library}:KafkaJS.Consumer#`]: `${library}:Consumer#`,
    [`${library}:KafkaJS.Producer#`]: `${library}:Producer#`,
    [`${library}:KafkaJS.EachMessagePayload#`]: `${library}:EachMessagePayload#`,
    [`${library}:KafkaJS.EachBatchPayload#`]: `${library}:EachBatchPayload#`,
    [`${library}:KafkaJS.KafkaMessage#`]: `${library}:Message#`,
    [`${library}:KafkaJS.Batch#`]: `${library}:Batch#`,
    [`${library}:EachMessagePayload#.message`]: `${library}:Message#`,
    [`${library}:EachBatchPayload#.batch`]: `${library}:Batch#`,
    [`${library}:EachBatchPayload#.messages`]: `${library}:Batch#.messages`,
    [`${library}:Batch#.messages[]`]: `${library}:Message#`,
    [`${library}:KafkaMessage#`]: `${library}:Message#`,
    [`${library}:Producer#.transaction()`]: `${library}:Transaction#`,
  }
}

/** The callback API of librdkafka's bindings. */
function rdkafkaLike(library: string): Record<string, string> {
  return {
    [`${library}:KafkaConsumer.createReadStream()`]: `${library}:ConsumerStream#`,
    [`${library}:createReadStream()`]: `${library}:ConsumerStream#`,
    [`${library}:ConsumerStream#.consumer`]: `${library}:KafkaConsumer#`,
    [`${library}:ConsumerStream#[]`]: `${library}:RdMessage#`,
    [`${library}:KafkaConsumer#.consume()`]: `${library}:RdMessage#`,
    [`${library}:RdMessage#[]`]: `${library}:RdMessage#`,
    [`${library}:HighLevelProducer#`]: `${library}:RdProducer#`,
    [`${library}:Producer#`]: library === 'node-rdkafka' ? `${library}:RdProducer#` : `${library}:Producer#`,
    [`${library}:Message#`]: library === 'node-rdkafka' ? `${library}:RdMessage#` : `${library}:Message#`,
  }
}

/** Methods that take a callback, by the name that `promisifyAll` of bluebird gives their promising twins. */
const promised =
  /^((?:(?:node-rdkafka|@confluentinc\/kafka-javascript):(?:KafkaConsumer|RdProducer)|redis:Client)#\.\w+|fs:\w+)Async$/

const lengthMax = 160

/** One step further from a thing: `.name`, `()`, `#` (instance), `[]` (element). */
export function derive(type: string, step: string): string {
  if (type.endsWith(':default')) return derive(type.slice(0, -'default'.length), step)
  const joined = (type.endsWith(':') && step.startsWith('.') ? type + step.slice(1) : type + step).replace(
    promised,
    '$1',
  )
  const known = renamed[joined] ?? joined
  return known.length > lengthMax ? known.slice(0, lengthMax) : known
}

/** The name of what `import { name } from 'specifier'` gives. */
export function importedType(specifier: string, name: string): string {
  // The file in which the Confluent client keeps what it exports as `KafkaJS`.
  if (specifier === '@confluentinc/kafka-javascript/lib/kafkajs') {
    const whole = importedType('@confluentinc/kafka-javascript', 'KafkaJS')
    return name === '*' || name === 'default' || name === '=' ? whole : derive(whole, `.${name}`)
  }
  const library = packageAliases[specifier] ?? specifier
  if (name === '*' || name === 'default' || name === '=') return `${library}:`
  return renamed[`${library}:${name}`] ?? `${library}:${name}`
}

/** Types whose values are, or are made of, a consumed record. */
const recordTypes =
  /^(?:kafkajs|@confluentinc\/kafka-javascript|node-rdkafka|@platformatic\/kafka):(?:Message|RdMessage|EachMessagePayload|EachBatchPayload|Batch)#|^@nestjs\/microservices:Payload#|^@tidemark\/runtime:(?:Record|Batch|Records|PartitionRecords|Dataset)/

export function isRecordType(type: string): boolean {
  return (
    recordTypes.test(type) &&
    !/\.(?:heartbeat|resolveOffset|commitOffsetsIfNecessary|pause|isRunning|isStale|uncommittedOffsets)\b/.test(type)
  )
}
