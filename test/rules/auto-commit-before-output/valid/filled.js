const { KafkaConsumer } = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()

/** The configuration is put together from options, so whether it commits by itself is not known here. */
class Reader {
  config = {}

  constructor(options) {
    this.config['metadata.broker.list'] = options.brokers
    this.config['group.id'] = options.group
    this.config['enable.auto.commit'] = options.commitsItself
    this.consumer = new KafkaConsumer(this.config, {})
    this.consumer.on('data', message => this.read(message))
  }

  async read(message) {
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  }
}

module.exports = { Reader }
