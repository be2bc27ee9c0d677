"""What the tests share: servers, databases and one way to call obs."""
