import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.RevocationReason;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Dns01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.toolbox.JSON;
import org.shredzone.acme4j.toolbox.JSONBuilder;
import org.shredzone.acme4j.util.KeyPairUtils;

/**
 * A peer for acme_libraries_test.py: acme4j gets a certificate, gets another in its place (RFC 9773), and revokes the first.
 * The job and the answer are those of go_acme/main.go.
 */
public final class Acme4j {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final JSON job;
    private final Account account;

    private Acme4j(JSON job, Account account) {
        this.job = job;
        this.account = account;
    }

    private String wish(String member) {
        return job.get(member).asString();
    }

    private static void trustOnly(Path root) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(root)) {
            store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLContext.setDefault(context);
    }

    private static KeyPair newKey(String kind) {
        return switch (kind) {
            case "RSA" -> KeyPairUtils.createKeyPair(2048);
            case "P-384" -> KeyPairUtils.createECKeyPair("secp384r1");
            default -> KeyPairUtils.createECKeyPair("secp256r1");
        };
    }

    private static Identifier identifier(String name) {
        return name.matches("[0-9.]+|.*:.*") ? Identifier.ip(name) : Identifier.dns(name);
    }

    private void solve(Authorization authorization) throws Exception {
        TokenChallenge challenge = authorization.<TokenChallenge>findChallenge(wish("challenge")).orElseThrow();
        boolean dns = challenge instanceof Dns01Challenge;
        String token = challenge.getJSON().get("token").asString();
        String value = dns ? ((Dns01Challenge) challenge).getDigest() : challenge.getAuthorization();
        JSONBuilder body = new JSONBuilder().put("kind", wish("challenge"))
                .put("name", authorization.getIdentifier().toMap().get("value")).put("token", token).put("value", value);
        var request = HttpRequest.newBuilder(URI.create(wish("solve"))).POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding());
        challenge.trigger();
        expect(Status.VALID, authorization.waitForCompletion(PATIENCE), "authorization");
    }

    private static void expect(Object wanted, Object got, String what) {
        if (!wanted.equals(got)) {
            throw new IllegalStateException(what + ": " + got + ", not " + wanted);
        }
    }

    private Certificate issue(KeyPair key, Certificate before) throws Exception {
        List<Identifier> names = new ArrayList<>();
        job.get("names").asArray().forEach(name -> names.add(identifier(name.asString())));
        OrderBuilder wanted = account.newOrder().identifiers(names);
        if (before != null) {
            wanted.replaces(before);
        }
        Order order = wanted.create();
        for (Authorization authorization : order.getAuthorizations()) {
            if (authorization.getStatus() == Status.PENDING) {
                solve(authorization);
            }
        }
        expect(Status.READY, order.waitUntilReady(PATIENCE), "order");
        order.execute(key);
        expect(Status.VALID, order.waitForCompletion(PATIENCE), "finalized order");
        return order.getCertificate();
    }

    private static String chain(Certificate certificate) throws Exception {
        StringWriter text = new StringWriter();
        certificate.writeCertificate(text);
        return text.toString();
    }

    private void run() throws Exception {
        if (job.get("keyChange").asBoolean()) {
            account.changeKey(newKey("P-256"));
        }
        KeyPair key = newKey(wish("key"));
        Certificate first = issue(key, null);
        var renewal = first.getRenewalInfo();
        expect(true, renewal.renewalIsNotRequired(Instant.now()), "renewal of a new certificate is not required");
        Certificate second = issue(key, first);
        first.revoke(RevocationReason.SUPERSEDED);
        renewal.fetch();
        expect(true, renewal.renewalIsOverdue(Instant.now()), "renewal of a revoked certificate is overdue");
        StringWriter pem = new StringWriter();
        KeyPairUtils.writeKeyPair(key, pem);
        System.out.println(new JSONBuilder().put("first", chain(first)).put("second", chain(second)).put("key", pem.toString()));
        if (job.get("keyChange").asBoolean()) {
            account.deactivate();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        JSON job = JSON.parse(arguments[0]);
        trustOnly(Path.of(job.get("root").asString()));
        Account account = new AccountBuilder().agreeToTermsOfService().addEmail("java@java.test")
                .useKeyPair(newKey("P-256")).create(new Session(job.get("directory").asString()));
        new Acme4j(job, account).run();
    }
}
