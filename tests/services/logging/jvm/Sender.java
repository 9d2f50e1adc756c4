package lift.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import net.logstash.logback.appender.LogstashTcpSocketAppender;
import net.logstash.logback.appender.listener.TcpAppenderListener;
import net.logstash.logback.argument.StructuredArguments;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A service on a JVM with our logback.xml, told on stdin what to log: paced N, burst N, mask BASE64, stop. */
public final class Sender implements TcpAppenderListener<ILoggingEvent> {
  private static final String CARD = "4242424242424242";
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private long logged;

  @Override
  public void eventSent(Appender<ILoggingEvent> appender, java.net.Socket socket, ILoggingEvent event, long ns) {
    sent.incrementAndGet();
  }

  @Override
  public void eventAppendFailed(Appender<ILoggingEvent> appender, ILoggingEvent event, Throwable reason) {
    dropped.incrementAndGet();
  }

  public static void main(String[] args) throws Exception {
    trust(args[0], args[1]);
    new Sender().run();
  }

  /** As an operator would with a certificate authority of one's own: by the JVM's properties, before anything logs. */
  private static void trust(String certificate, String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = new FileInputStream(certificate)) {
      store.setCertificateEntry("receiver", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    try (var out = new FileOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", file);
    System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
    System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
  }

  private void run() throws Exception {
    Logger logger = LoggerFactory.getLogger("tests");
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    var appender = (LogstashTcpSocketAppender) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("pipeline");
    appender.addListener(this);
    MDC.put("trace.id", "jvm-1");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = in.readLine()) != null; ) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "paced" -> log(logger, Long.parseLong(words[1]), true);
        case "burst" -> log(logger, Long.parseLong(words[1]), false);
        case "mask" -> {
          String text = new String(Base64.getDecoder().decode(words[1]), StandardCharsets.UTF_8);
          byte[] masked = CardNumberMasker.maskText(text).getBytes(StandardCharsets.UTF_8);
          System.out.println(Base64.getEncoder().encodeToString(masked));
          continue;
        }
        case "stop" -> context.stop();
        default -> throw new IllegalArgumentException(line);
      }
      System.out.println(dropped.get());
    }
  }

  private void log(Logger logger, long count, boolean paced) throws InterruptedException {
    for (long end = logged + count; logged < end; logged++) {
      // Never more than half the buffer, so that pacing alone drops nothing.
      while (paced && logged - sent.get() - dropped.get() > 500) Thread.sleep(1);
      var n = StructuredArguments.kv("n", logged);
      if (logged % 500 == 7) {
        logger.error("línea {} for " + CARD, n, new IllegalStateException("it said 4242 4242 4242 4242"));
      } else {
        logger.info("línea {} {}", n, StructuredArguments.kv("card", Long.parseLong(CARD)));
      }
    }
  }
}
