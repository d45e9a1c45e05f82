"""The notification service of QuikApp, whole: whom a message mentions gets a push notification."""
