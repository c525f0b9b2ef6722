"""What a bot without a calendar.yaml can have booked: an invented salon."""

from datetime import timedelta

from flows.hours import parse_hours
from flows.model import Booking, Service

SALON = Booking(
    services={
        "haircut": Service(name="Стрижка", price=1500, length=timedelta(minutes=60)),
        "manicure": Service(name="Маникюр", price=2000, length=timedelta(minutes=90)),
        "colouring": Service(name="Окрашивание", price=4500, length=timedelta(minutes=120)),
        "brows": Service(name="Оформление бровей", price=900, length=timedelta(minutes=45)),
    },
    hours=parse_hours("вт-вс 10:00-20:00"),
    closed=frozenset(),
    step=None,
    horizon=timedelta(days=60),
)
