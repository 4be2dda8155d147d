<?php
/*
 * Verifies a webhook of imeigate, with nothing but PHP itself (8.0 or newer).
 *
 * In a receiver:
 *   $order = verify(array_change_key_case(getallheaders()), file_get_contents('php://input'), $webhookSecret, $apiSecret);
 *
 * To try it, with the headers as lines of "name: value":
 *   WEBHOOK_SECRET=whsec_... API_SECRET=... php verify.php headers.txt body.json
 */
declare(strict_types=1);

// Older than this, a delivery is one that somebody kept and sends again.
const TOLERANCE_SECONDS = 300;

/**
 * Gives the order; throws when it is not from imeigate. Header names are in lower case. The webhook's secret
 * ("whsec_...") signs the whole body; the other is the API key's own, after its first dot.
 */
function verify(array $headers, string $body, string $webhookSecret, string $apiSecret): array
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        throw new RuntimeException('the timestamp is missing or too old');
    }
    $key = base64_decode(substr($webhookSecret, strlen('whsec_')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $found = false;
    // While a secret is changed there are two, separated by a space.
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $one) {
        $found = hash_equals($expected, $one) || $found;
    }
    if (!$found) {
        throw new RuntimeException('webhook-signature is wrong');
    }

    // Not needed where webhook-signature is verified; what integrations of the older kind look at.
    $order = json_decode($body, true, 64, JSON_THROW_ON_ERROR);
    // The amount as it is written: a float would not say "0.1" of every 0.1.
    $written = fn (string $name): string => preg_match("/\"$name\":(-?[\d.]+)/", $body, $match) ? $match[1] : '';
    $amount = match ($order['status']) {
        'pending' => $written('total_price'),
        'failed', 'cancelled' => '0',
        default => $written('charged_amount'),
    };
    $expected = hash_hmac('sha256', "{\"orderId\":{$order['order_id']},\"amount\":\"$amount\"}", $apiSecret);
    if (!hash_equals($expected, $headers['x-signature'] ?? '')) {
        throw new RuntimeException('x-signature is wrong');
    }
    return $order;
}

if (PHP_SAPI === 'cli') {
    $headers = [];
    foreach (file($argv[1]) as $line) {
        [$name, $value] = explode(':', $line, 2);
        $headers[strtolower(trim($name))] = trim($value);
    }
    try {
        $order = verify($headers, file_get_contents($argv[2]), getenv('WEBHOOK_SECRET'), getenv('API_SECRET'));
        echo "order {$order['order_id']} is {$order['status']}\n";
    } catch (RuntimeException $error) {
        fwrite(STDERR, "refused: {$error->getMessage()}\n");
        exit(1);
    }
}
