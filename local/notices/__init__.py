"""Stand-ins for whom the service tells what happens: Teams, Slack, a service of the team's own and
an Event Grid topic.

They speak over real TLS, take what the real ones take, and refuse what those refuse, as far as it
is documented. `/_control` says what came, and lets them be down.
"""

from local.notices.standin import Notices

__all__ = ["Notices"]
