from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("returns", "0003_chain_history")]

    operations = [
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('return_record', 'number'), name='event_number_once'),
        ),
    ]
