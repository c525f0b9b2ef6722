"""Those who take customers' money, behind bots.ports.PaymentProvider."""
