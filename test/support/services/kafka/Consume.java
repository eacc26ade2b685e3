import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints topics from their beginning to their present end: a line of JSON for each record, with texts in base64. */
public final class Consume {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  public static void main(String[] args) throws IOException {
    Map<String, Object> config = Map.of(
        "bootstrap.servers", args[0], "isolation.level", args[2], "auto.offset.reset", "none");
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<byte[], byte[]>(config, bytes, bytes);
        var out = new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), US_ASCII)) {
      List<TopicPartition> partitions = Stream.of(args[1].split(","))
          .flatMap(topic -> consumer.partitionsFor(topic).stream())
          .map(info -> new TopicPartition(info.topic(), info.partition()))
          .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          var partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < ends.get(partition)) out.write(line(record));
        }
      }
    }
  }

  private static String line(ConsumerRecord<byte[], byte[]> record) {
    var headers = new StringJoiner(",", "[", "]");
    for (Header header : record.headers()) {
      headers.add("[" + text(header.key().getBytes(UTF_8)) + "," + text(header.value()) + "]");
    }
    return "{\"topic\":\"" + record.topic() + "\",\"partition\":" + record.partition() + ",\"offset\":" + record.offset()
        + ",\"timestamp\":" + record.timestamp() + ",\"key\":" + text(record.key())
        + ",\"value\":" + text(record.value()) + ",\"headers\":" + headers + "}\n";
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : '"' + BASE64.encodeToString(bytes) + '"';
  }
}
