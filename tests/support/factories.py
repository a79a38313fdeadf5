"""Small councils of any size, for tests that need other ones than the demonstration."""

import datetime

import factory

from returns.acts import open_return
from returns.models import Authority, Department, User


class AuthorityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Authority

    slug = factory.Sequence(lambda n: f"council-{n}")
    name = factory.Sequence(lambda n: f"Council {n}")
    kind = "unitary"


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    authority = factory.SubFactory(AuthorityFactory)
    slug = factory.Sequence(lambda n: f"department-{n}")
    name = factory.Sequence(lambda n: f"Department {n:03}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    authority = factory.SubFactory(AuthorityFactory)
    username = factory.Sequence(lambda n: f"person-{n}")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Number{n}")

    @factory.post_generation
    def roles(self, create, names):
        from django.contrib.auth.models import Group

        self.groups.set([Group.objects.get_or_create(name=name)[0] for name in names or ()])


def blank_return(departments: int = 2, kind: str = "unitary"):
    authority = AuthorityFactory(kind=kind)
    DepartmentFactory.create_batch(departments, authority=authority)
    return open_return(
        authority=authority,
        by=None,
        proforma_key="ieg4",
        answers_due=datetime.date(2004, 12, 10),
        cabinet_date=datetime.date(2004, 12, 16),
    )
